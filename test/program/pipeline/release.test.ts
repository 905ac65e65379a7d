// From a plan on a pull request to production, with the real engine and a real registry. In place of a site the program
// has resources of the provider `random`, so that no host is needed; everything round it is what a workflow runs.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { record } from "../../../operations/evidence/record.ts";
import type { Section } from "../../../operations/pipeline/markdown.ts";
import { docker } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";
import { startRegistry } from "../../lab/image-registry.ts";
import { createNetwork, type LabNetwork } from "../../lab/network.ts";
import { Project } from "../../lab/project.ts";
import { clone, type Ended, pipeline, pipelineHere } from "../../lab/pipeline.ts";

const program = `
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const { image } = new pulumi.Config().requireObject("application");
if (image.includes("@sha256:bad0")) throw new pulumi.RunError("the release does not get healthy");
const secret = new random.RandomPassword("secret", { length: 40, keepers: { image } });
new random.RandomId("backend", { byteLength: 4, keepers: { image } });
if (image.includes("@sha256:0000")) new random.RandomId("first-only", { byteLength: 4 });
export const url = "https://" + pulumi.getStack() + ".example.org/";
export const services = { backend: { container: "backend", digest: image.split("@")[1] } };
`;

describe("the way of a release", function () {
  this.timeout(300_000);
  let project: Project;
  let network: LabNetwork;
  let registry: string;
  let image: string;
  const commit = randomBytes(20).toString("hex");
  const digest = (start: string): string => `sha256:${start.padEnd(64, "a")}`;
  before(async () => {
    network = await createNetwork();
    registry = (await startRegistry(network)).here;
    image = `${registry}/acme/site`;
    project = await Project.create();
    await writeFile(join(project.folder, "index.ts"), program);
    await cp(join(project.folder, "Pulumi.production.yaml"), join(project.folder, "Pulumi.staging.yaml"));
    assert.equal((await project.pulumi(["stack", "init", "staging"])).code, 0);
  });
  after(async () => {
    await project.remove();
    await network.remove();
    await docker(["rmi", "--force", `${image}:sha-${commit}`], { check: false });
  });

  const surroundings = (environment: Record<string, string | undefined> = {}) => ({
    directory: project.folder,
    environment: { ...project.variables, ...environment },
  });
  const step = (words: string[], environment?: Record<string, string | undefined>): Promise<Ended> =>
    pipelineHere(words, surroundings(environment));
  // The engine speaks through its output.
  const deploy = (stack: string, reference: string, ...more: string[]): Promise<Ended> =>
    pipeline(["deploy", "--stack", stack, "--image", reference, ...more], surroundings());
  const preview = async (environment = {}): Promise<Ended & { section: Section }> => {
    const file = join(project.folder, "plan", "staging.json");
    const ended = await step(["preview", "--stack", "staging", "--output", file], environment);
    return { ...ended, section: JSON.parse(await readFile(file, "utf8")) as Section };
  };

  let built: string;
  it("begins with one image for one commit", async () => {
    const application = join(import.meta.dirname, "application");
    const words = ["--image", image, "--commit", commit];
    const build = await step(["build", "--application", application, ...words]);
    assert.equal(build.code, 0, build.stderr);
    assert.deepEqual(build.outputs, { reference: `${image}:sha-${commit}`, built: "true" });
    const push = await step(["push", ...words, "--ref", "refs/heads/develop"]);
    assert.equal(push.code, 0, push.stderr);
    built = push.outputs["image"] ?? "";
    assert.match(built, new RegExp(`^${image}@sha256:[0-9a-f]{64}$`));
    // The same commit on main: found, not built, and named for that branch too.
    const again = await step(["build", "--application", "/nowhere", ...words]);
    assert.deepEqual([again.code, again.outputs["built"]], [0, "false"], again.stderr);
    const main = await step(["push", ...words, "--ref", "refs/heads/main"]);
    assert.equal(main.outputs["image"], built);
    const tags = (await (await fetch(`http://${registry}/v2/acme/site/tags/list`)).json()) as { tags: string[] };
    assert.deepEqual(tags.tags.sort(), ["latest", `sha-${commit}`, "staging"]);
  });

  it("carries its evidence beside it in the registry, to the byte", async () => {
    const [here, there] = ["here", "there"].map((name) => join(project.folder, name)) as [string, string];
    const trial = {
      policy: "EVD-03",
      subject: built.split("@")[1] ?? "",
      tool: { name: "mocha", version: "12" },
    } as const;
    await record({ ...trial, result: "passed", details: { part: "backend", tests: 46 } }, here);
    const none = await step(["evidence", "fetch", "--image", built], { SOCLE_EVIDENCE: there });
    assert.deepEqual([none.code, none.stdout.trim()], [0, `Evidence of ${built}: none`], none.stderr);
    const kept = await step(["evidence", "keep", "--image", built], { SOCLE_EVIDENCE: here });
    assert.equal(kept.code, 0, kept.stderr);
    const fetched = await step(["evidence", "fetch", "--image", built], { SOCLE_EVIDENCE: there });
    assert.deepEqual([fetched.code, fetched.stdout.trim()], [0, `Evidence of ${built}: tests.jsonl`], fetched.stderr);
    const texts = await Promise.all([here, there].map((folder) => readFile(join(folder, "tests.jsonl"), "utf8")));
    assert.equal(texts[0], texts[1]);
    const unnamed = await step(["evidence", "keep", "--image", `${image}:latest`], { SOCLE_EVIDENCE: here });
    assert.equal(unnamed.code, 1);
    assert.match(unnamed.stderr, /is no image by digest/);
  });

  it("goes no further where the state is not to be seen", async () => {
    const { code, stderr } = await step(["deploy", "--stack", "staging", "--image", built], {
      PULUMI_BACKEND_URL: undefined,
    });
    assert.equal(code, 1);
    assert.match(stderr, /neither PULUMI_BACKEND_URL nor PULUMI_ACCESS_TOKEN is set[^]*nothing was changed/);
    const plan = await preview({ PULUMI_BACKEND_URL: undefined });
    assert.equal(plan.code, 0);
    assert.match(plan.section.head, /staging: no plan[^]*no access to the stack's state/);
  });

  it("takes no image but by its digest", async () => {
    const { code, stderr } = await deploy("staging", `${image}:latest`);
    assert.equal(code, 1);
    assert.match(stderr, /is no image by digest; nothing was changed/);
  });

  it("is refused for production before staging has run it", async () => {
    await deploy("staging", `${image}@${digest("0000")}`);
    const words = ["promote", "--image", image, "--tag", "v1.0.0", "--commit", commit];
    const refused = await step(words);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /sha256:\w+ has never run on staging; its newest is sha256:0000a+; nothing was changed/,
    );
    assert.deepEqual(refused.outputs, {});
    const direct = await deploy("production", built, "--after", "staging");
    assert.equal(direct.code, 1);
    assert.match(direct.stderr, /has never run on staging/);
  });

  it("is refused where staging did not get it to run", async () => {
    const bad = `${image}@${digest("bad0")}`;
    const failed = await deploy("staging", bad);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /was not brought to .*What served before serves on\.[^]*pulumi -- cancel -s staging/);
    const promoted = await deploy("production", bad, "--after", "staging");
    assert.match(promoted.stderr, /has never run on staging/);
  });

  it("is planned on a pull request with the image that runs, whatever the stack's file says", async () => {
    await project.pulumi(["config", "set", "--path", "socle:application.image", built, "--stack", "staging"]);
    const { code, section, summary } = await preview();
    assert.equal(code, 0, section.text);
    assert.match(section.head, /^### ✅ staging stays as it is\n/);
    assert.match(summary, /## staging\n\n### ✅ staging stays as it is/);
  });

  it("shows in the plan what is replaced, created and deleted, why, and no secret", async () => {
    const file = join(project.folder, "index.ts");
    await writeFile(
      file,
      program
        .replaceAll("keepers: { image }", 'keepers: { image, edition: "2" }')
        .replace(/^if \(image.*0000.*$/m, 'new random.RandomId("new-one", { byteLength: 4 });'),
    );
    const { code, section, summary } = await preview();
    await writeFile(file, program);
    assert.equal(code, 0, section.text);
    assert.match(section.head, /^### ✅ staging changes: 2 to replace, 1 to create, 1 to delete\n/);
    assert.match(section.head, /^\| ± replace \| `backend` \| random:RandomId \| `keepers` \|$/m);
    assert.match(section.head, /^\| ± replace \| `secret` \| random:RandomPassword \| `keepers` \|$/m);
    assert.match(section.head, /^\| \+ create \| `new-one` \| random:RandomId \| {2}\|$/m);
    assert.match(section.head, /^\| − delete \| `first-only` \| random:RandomId \| {2}\|$/m);
    assert.match(section.text, /~ keepers[^]*edition: "2"[^]*result +: \[secret\]/);
    assert.match(summary, /The engine's own words/);
  });

  it("goes to staging, and from there the same digest to production", async () => {
    const staged = await deploy("staging", built, "--message", commit);
    assert.equal(staged.code, 0, staged.stderr);
    assert.deepEqual(staged.outputs, { url: "https://staging.example.org/" });
    const promoted = await step(["promote", "--image", image, "--tag", "v1.0.0", "--commit", commit]);
    assert.equal(promoted.code, 0, promoted.stderr);
    assert.deepEqual(promoted.outputs, { version: "1.0.0", image: built });
    const released = await deploy("production", built, "--after", "staging");
    assert.equal(released.code, 0, released.stderr);
    assert.match(
      released.summary,
      /\*\*production\*\* runs `.*@sha256:[0-9a-f]{64}`: https:\/\/production\.example\.org\//,
    );
    await step(["push", "--image", image, "--commit", commit, "--ref", "refs/tags/v1.0.0"]);
    const head = await fetch(`http://${registry}/v2/acme/site/manifests/1.0.0`, {
      headers: {
        accept: "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json",
      },
    });
    assert.equal(head.headers.get("docker-content-digest"), built.split("@")[1]);
  });

  it("ends in good order when its run is cancelled, and the next one is not held up by it", async () => {
    const file = join(project.folder, "index.ts");
    await writeFile(
      file,
      `${program}\nif (!pulumi.runtime.isDryRun()) await new Promise((resolve) => setTimeout(resolve, 600_000));`,
    );
    const next = `${image}@${digest("1111")}`;
    const words = ["deploy", "--stack", "staging", "--image", next];
    const child = spawn(process.execPath, [join(clone, "operations/pipeline/pipeline.ts"), ...words], {
      cwd: project.folder,
      env: { ...process.env, ...project.variables, GITHUB_ACTIONS: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk));
    const text = (): string => Buffer.concat(said).toString();
    const ended = once(child, "exit");
    await until("the update to begin", 90, () =>
      Promise.resolve(/backend (replacing|replaced)|to staging/.test(text())),
    );
    // As the runner does: to the step's own process, and once.
    child.kill("SIGINT");
    const [code] = (await ended) as [number | null];
    await writeFile(file, program);
    assert.equal(code, 1, text());
    assert.match(text(), /was not brought to/);
    const again = await deploy("staging", next);
    assert.equal(again.code, 0, `${again.stdout}${again.stderr}`);
  });

  it("remembers what staging ran before, so that a version can come back", async () => {
    // By now it runs another one.
    assert.equal((await step(["promote", "--image", image, "--tag", "v1.0.0", "--commit", commit])).code, 0);
  });

  it("builds nothing for a version", async () => {
    const { code, stderr } = await step(["promote", "--image", image, "--tag", "v1.1.0", "--commit", "f".repeat(40)]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /no image was built for commit ffffffffffff, and none is built for a tag[^]*→ Tag a commit of main/,
    );
    const tag = await step(["promote", "--image", image, "--tag", "v1.1.0-rc.1", "--commit", commit]);
    assert.match(tag.stderr, /is a pre-release/);
  });

  it("says so where the registry does not answer", async () => {
    const { code, stderr } = await step([
      "promote",
      "--image",
      "127.0.0.1:9/acme/site",
      "--tag",
      "v1.0.0",
      "--commit",
      commit,
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /The registry did not answer for 127\.0\.0\.1:9[^]*→ See that the name is right/);
  });
});
