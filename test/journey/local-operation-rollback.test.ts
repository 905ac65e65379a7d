// docs/releases.md, as a newcomer follows it: its own commands, run on a site.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import type { History } from "../../operations/release-history.ts";
import { Evidence } from "../../policies/evidence/evidence.ts";
import { docker, type Result, run } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { changingSite } from "./local-site.ts";
import { Operator } from "../lab/operator.ts";

const minutes = 60_000;
const project = join(import.meta.dirname, "..", "..");

/** The page's blocks of commands in their order, with whether the page says that they fail. */
const blocks = [
  ...readFileSync(join(project, "docs", "releases.md"), "utf8").matchAll(/^```sh( fails)?\n(.*?)^```$/gms),
].map(([, fails, commands = ""]) => ({ commands, fails: fails !== undefined }));

describe("docs/releases.md, followed on a local stack", function () {
  this.timeout(6 * minutes);
  const site = changingSite.use();
  let operator: Operator;
  /** The release that served before. */
  let first: number;
  let images: string;
  let serves: string;
  before(async () => {
    operator = new Operator(site().stack);
    const { maxBodySize } = site().stack.settings["site"] as { maxBodySize?: number };
    if (maxBodySize !== undefined) await site().up(site().changed("site", { maxBodySize: undefined }));
    // What is in the page is one name for all; the engine may have several tests.
    images = `socle-e2e-page-${site().stack.name}`;
    serves = readFileSync(site().stack.file, "utf8");
    first = (await history()).releases.at(-1)!.number;
  });
  after(async () => {
    for (const tag of ["2", "broken"]) await docker(["image", "rm", "--force", `${images}:${tag}`]);
  });

  const history = () => operator.json<History>(["releases"]);
  const answers = async (): Promise<void> => {
    assert.equal((await site().visitor().ask({ path: "/health/" })).status, 200);
  };
  const outputs = async () => (site().output = await site().stack.outputs());
  const variable = async (name: string): Promise<string> => {
    await outputs();
    return (await operator.socle(["exec", "backend", "--", "sh", "-c", `echo "$${name}"`])).stdout.trim();
  };
  /** Refused, it is by its announced length alone; taken, the server waits for the whole of it. */
  const uploadOf6MB = async (sent: boolean): Promise<number> => {
    const size = 6 * 1024 * 1024;
    const body = sent ? { body: Buffer.alloc(size) } : {};
    const headers = { "Content-Length": String(size) };
    return (
      await site()
        .visitor()
        .ask({ method: "POST", path: "/api/copies/", headers, ...body })
    ).status;
  };
  let next = 0;
  const follow = async (): Promise<Result> => {
    const { commands, fails } = blocks[next++]!;
    const result = await run("sh", ["-euc", commands.replaceAll("my-site:", `${images}:`)], {
      directory: site().stack.folder,
      timeoutSeconds: 240,
      check: false,
      environment: { ...site().stack.environment(), PULUMI_STACK: site().stack.name },
    });
    const said = `${result.stdout}${result.stderr}`;
    assert.equal(result.code !== 0, fails, `${commands}\n${said}`);
    return result;
  };

  it("another image is released, and recorded", async () => {
    await follow();
    await follow();
    const { releases, flaws } = await history();
    assert.deepEqual(flaws, []);
    const last = releases.at(-1)!;
    assert.deepEqual([last.number, last.result, last.released.image], [first + 1, "succeeded", `${images}:2`]);
    const { services } = await outputs();
    assert.equal(last.released.digest, services["backend"]!.digest);
    await answers();
  });

  it("a bad one fails and is recorded as failed; a rollback brings the settings back to what serves", async () => {
    await follow();
    await follow();
    // It is written when the engine is done, which is a moment after the command's end.
    const last = await until("the failure is recorded", 30, async () => {
      const latest = (await history()).releases.at(-1)!;
      return latest.result === "failed" && latest;
    });
    assert.equal(last.released.image, `${images}:broken`);
    assert.notEqual(last.reason, "");
    assert.notEqual(last.who, "");
    await answers();
    const { stdout } = await follow();
    assert.match(stdout, /application\.image: ".*:broken" → ".*:2"/);
    assert.match(stdout, /^backend +healthy/m);
    await site().stack.preview(["--expect-no-changes"]);
  });

  it("a mistake in application's and Nginx's settings is taken back by one command", async () => {
    await follow();
    assert.equal(await variable("GREETING"), "Hullo");
    assert.equal(await uploadOf6MB(false), 413);
    const { stdout } = await follow();
    assert.match(stdout, /application\.environment\.GREETING: "Hullo" → \(not set\)/);
    assert.match(stdout, /site\.maxBodySize: 5 → \(not set\)/);
    assert.equal(await variable("GREETING"), "");
    assert.notEqual(await uploadOf6MB(true), 413);
    assert.equal(next, blocks.length, "every block of the page was run");
    await site().stack.preview(["--expect-no-changes"]);
  });

  it("the release from before the page comes back by its number, asked at a terminal", async () => {
    const { stdout } = await operator.terminal(
      ["rollback", String(first)],
      [
        ["wait", `Go back to release ${first}\\?`],
        ["type", "y"],
        ["type", "\r"],
      ],
      { timeoutSeconds: 240, environment: { SOCLE_PATIENCE: "200" } },
    );
    assert.match(stdout, new RegExp(`Release ${first} serves again`));
    const file = readFileSync(site().stack.file, "utf8");
    const image = (text: string): string | undefined => /image: (\S+)/.exec(text)?.[1];
    assert.equal(image(file), image(serves));
    await outputs();
    await answers();
  });

  it("EVD-06: the way back is rehearsed: there and back again, timed and recorded, the file as it was", async () => {
    const file = readFileSync(site().stack.file, "utf8");
    const { release } = await outputs();
    const latest = (await history()).releases.at(-1)!.number;
    const { stdout, stderr } = await operator.socle(["drill", "rollback", "--yes", "--json"], { timeoutSeconds: 240 });
    const told = JSON.parse(stdout) as Record<string, number>;
    assert.match(stderr, new RegExp(`^From release ${latest} .* back to release ${told["to"]} `, "m"));
    assert.ok(told["seconds"]! > 0 && told["forwardSeconds"]! > 0);
    assert.equal(readFileSync(site().stack.file, "utf8"), file);
    assert.equal((await outputs()).release, release);
    const { releases, flaws } = await history();
    assert.deepEqual(flaws, []);
    const images = releases.slice(-2).map(({ released }) => released.image);
    assert.match(images[0]!, /^socle-e2e-page-.*:2$/);
    assert.match(file, new RegExp(`image: ${images[1]}$`, "m"));
    const [drill] = (await Evidence.read(join(site().stack.folder, "evidence"))).find({ policy: "EVD-06" });
    assert.deepEqual([drill?.result, drill?.details["seconds"]], ["passed", told["seconds"]]);
    // EVD-07: visitors all the while, none of whom was refused.
    const [visited] = (await Evidence.read(join(site().stack.folder, "evidence"))).find({ policy: "EVD-07" });
    assert.deepEqual([visited?.result, visited?.details["failed"]], ["passed", 0], stderr);
    assert.match(String(visited?.details["proxy"]), /^[0-9a-f]{16}$/);
    assert.ok(Number(visited?.details["requests"]) >= 200);
    assert.match(stderr, new RegExp(`^${visited?.details["requests"]} requests meanwhile, 0 failed; recorded`, "m"));
    await answers();
  });

  it("EVD-09: migrations are not recorded for an image that is not named by its digest", async () => {
    const { code, stderr } = await operator.socle(["migrations", "evidence"], { check: false });
    assert.equal(code, 1);
    assert.match(stderr, /is not named by its digest, so that no record can be bound to it; nothing was recorded/);
  });

  it("a record that was changed on the host is noticed, and not rolled back by", async () => {
    const record = join(site().stack.environment()["SOCLE_STATE"] ?? "", site().stack.prefix, "releases.jsonl");
    const whole = readFileSync(record, "utf8");
    try {
      writeFileSync(record, whole.replace(`${images}:2`, `${images}:3`));
      const listed = await operator.socle(["releases"], { check: false });
      assert.equal(listed.code, 1);
      assert.match(
        listed.stderr,
        /The record of releases is not as it was written: line \d+ \(release \d+\) was changed/,
      );
      const refused = await operator.socle(["rollback", "--yes"], { check: false });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /not rolled back by/);
      // The state knows the latest: the end cannot be cut off either.
      writeFileSync(record, `${whole.trimEnd().split("\n").slice(0, -1).join("\n")}\n`);
      assert.match(
        (await operator.socle(["releases"], { check: false })).stderr,
        /as the stack's state knows it, is missing/,
      );
    } finally {
      writeFileSync(record, whole);
    }
    assert.deepEqual((await history()).flaws, []);
  });
});
