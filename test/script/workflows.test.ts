// The workflows as files: linted by the tools of the field, pinned, with no more rights than they need.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, it } from "mocha";
import { parse } from "yaml";

import { tool } from "../../operations/tool.ts";
import { run } from "../lab/command.ts";
import { clone } from "../lab/pipeline.ts";

interface Job {
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  environment?: string | { name: string };
  concurrency?: { group: string; "cancel-in-progress": boolean };
  if?: string;
  steps: { uses?: string; run?: string; with?: Record<string, unknown>; env?: Record<string, string> }[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: unknown;
  concurrency?: { "cancel-in-progress": boolean };
  jobs: Record<string, Job>;
}

const folder = join(clone, ".github", "workflows");
const texts = readdirSync(folder).map((file): [string, string] => [file, readFileSync(join(folder, file), "utf8")]);
const workflows = texts.map(([file, text]): [string, Workflow] => [file, parse(text) as Workflow]);
const jobs = workflows.flatMap(([file, { jobs: all }]) =>
  Object.entries(all).map(([name, job]): [string, Job] => [`${file}: ${name}`, job]),
);
/** Names of those that do not hold to a rule. */
const breaking = <T>(all: readonly [string, T][], rule: (one: T) => boolean): string[] =>
  all.filter(([, one]) => !rule(one)).map(([name]) => name);

describe("workflows", function () {
  this.timeout(300_000);

  it("are the three of the pipeline, and the project's own", () => {
    const files = ["build.yml", "production.yml", "project.yml", "pull-request.yml"];
    assert.deepEqual(texts.map(([file]) => file).sort(), files);
  });

  it("test the project itself on each push, with lint and types before all else, and all of it weekly", () => {
    const { on, jobs: own } = Object.fromEntries(workflows)["project.yml"]!;
    assert.deepEqual(Object.keys(on), ["push", "schedule", "workflow_dispatch"]);
    assert.match(JSON.stringify(on["schedule"]), /"cron":"\d+ \d+ \* \* \d"/);
    const runs = Object.values(own).map(({ if: when, steps }) => [
      when,
      steps.flatMap(({ run: words }) => words ?? []),
    ]);
    assert.deepEqual(runs, [
      ["github.event_name == 'push'", ["npm test"]],
      ["github.event_name != 'push'", ["npm run test:all"]],
    ]);
    assert.doesNotMatch(JSON.stringify(own), /secrets\./);
  });

  it("pass actionlint, with shellcheck over every step", async () => {
    const shellcheck = (await run("sh", ["-c", "command -v shellcheck"])).stdout.trim();
    const lint = (input: string): ReturnType<typeof run> =>
      run(tool("go", "actionlint"), ["-no-color", `-shellcheck=${shellcheck}`, "-pyflakes=", "-"], {
        input,
        check: false,
      });
    for (const [file, text] of texts) {
      const { code, stdout, stderr } = await lint(text);
      assert.equal(code, 0, `${file}:\n${stdout}${stderr}`);
    }
    // That it would find what it is there for.
    const { stdout } = await lint("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: rm $1\n");
    assert.match(stdout, /SC2086/);
  });

  it("pass zizmor, the security lint", async () => {
    const { code, stdout, stderr } = await run(
      tool("python", "zizmor"),
      ["--offline", "--no-progress", "--color=never", "--strict-collection", folder],
      { check: false },
    );
    assert.equal(code, 0, `${stdout}${stderr}`);
    for (const [file] of texts) assert.match(stderr, new RegExp(`completed .*${file}`));
  });

  it("pin every action to a commit, and say which version it is", () => {
    const uses = texts.flatMap(([file, text]) =>
      [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, used = ""]): [string, string] => [file, used]),
    );
    assert.ok(uses.length > 10);
    assert.deepEqual(
      breaking(uses, (used) => /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used)),
      [],
    );
    const pins = new Map<string, Set<string>>();
    for (const [, used] of uses) {
      const [action = "", pin = ""] = used.split("@");
      pins.set(action, (pins.get(action) ?? new Set()).add(pin));
    }
    assert.deepEqual(
      [...pins].filter(([, found]) => found.size > 1).map(([action]) => action),
      [],
    );
  });

  it("give no job a right but those that it names, and none to the rest", () => {
    assert.deepEqual(
      breaking(workflows, ({ permissions }) => JSON.stringify(permissions) === "{}"),
      [],
    );
    assert.deepEqual(
      breaking(jobs, ({ permissions }) => permissions !== undefined),
      [],
    );
    const writing = jobs.flatMap(([name, { permissions = {} }]) =>
      Object.entries(permissions).flatMap(([right, level]) => (level === "write" ? [`${name}: ${right}`] : [])),
    );
    assert.deepEqual(writing.sort(), [
      "build.yml: build: packages",
      "build.yml: staging: packages",
      "production.yml: production: packages",
      "production.yml: promote: packages",
      "pull-request.yml: check: security-events",
      "pull-request.yml: comment: pull-requests",
    ]);
  });

  it("show no secret to a fork: on pull_request, never on pull_request_target or workflow_run", () => {
    assert.deepEqual(
      breaking(workflows, ({ on }) => !("pull_request_target" in on) && !("workflow_run" in on)),
      [],
    );
    const ofForks = jobs.filter(([name]) => name.startsWith("pull-request.yml"));
    const withSecrets = ofForks.filter(([, job]) => /\$\{\{ *secrets\./.test(JSON.stringify(job)));
    assert.deepEqual(
      withSecrets.map(([name]) => name),
      ["pull-request.yml: preview"],
    );
    assert.deepEqual(
      withSecrets.map(([, job]) => job.if),
      ["github.event.pull_request.head.repo.full_name == github.repository"],
    );
  });

  it("keep no credentials in the checkout", () => {
    const checkouts = jobs.flatMap(([name, { steps }]) =>
      steps
        .filter(({ uses }) => uses?.startsWith("actions/checkout@"))
        .map((step): [string, Job["steps"][number]] => [name, step]),
    );
    assert.ok(checkouts.length >= jobs.length - 1);
    assert.deepEqual(
      breaking(checkouts, (step) => step.with?.["persist-credentials"] === false),
      [],
    );
  });

  it("end by themselves, and never break a deployment off for a newer one", () => {
    assert.deepEqual(
      breaking(jobs, (job) => (job["timeout-minutes"] ?? 0) > 0),
      [],
    );
    const deploying = jobs.filter(([, { steps }]) =>
      steps.some(({ run: words }) => words?.includes("pipeline.ts deploy")),
    );
    assert.deepEqual(
      deploying.map(([name, { concurrency, environment }]) => [
        name,
        concurrency,
        (environment as { name: string }).name,
      ]),
      [
        ["build.yml: staging", { group: "deploy-staging", "cancel-in-progress": false }, "staging"],
        ["production.yml: production", { group: "deploy-production", "cancel-in-progress": false }, "production"],
      ],
    );
  });

  it("put nothing of an event into a shell but by variables", () => {
    const steps = jobs.flatMap(([name, job]) => job.steps.map((step): [string, string] => [name, step.run ?? ""]));
    assert.deepEqual(
      breaking(steps, (words) => !words.includes("${{")),
      [],
    );
  });

  it("call commands that there are", async () => {
    const { stdout } = await run(process.execPath, [join(clone, "operations/pipeline/pipeline.ts"), "--help"]);
    const called = jobs.flatMap(([, { steps }]) =>
      steps.flatMap(({ run: words = "" }) =>
        [...words.matchAll(/pipeline(?: --|\.ts) (\w+)/g)].map(([, name = ""]) => name),
      ),
    );
    assert.ok(new Set(called).size >= 7);
    for (const name of called) assert.match(stdout, new RegExp(`^ {2}${name} `, "m"));
  });
});
