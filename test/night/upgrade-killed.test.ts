// An upgrade of PostgreSQL that is killed in the middle, in the eyes of the person who uses the site.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { docker, lines } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { psql } from "../lab/engine.ts";
import { Operator } from "../lab/operator.ts";
import { pdf } from "../lab/pdf.ts";
import { LocalSite } from "../lab/running-site.ts";
import { sampleSite } from "../lab/stack.ts";

const project = join(import.meta.dirname, "..", "..");

describe("an upgrade of PostgreSQL of a site", function () {
  this.timeout(300_000);
  let site: LocalSite;
  before(async () => {
    site = await LocalSite.create({ ...sampleSite("socle-example-site:dev"), data: { keepOnDestroy: false } });
    await site.up();
  });
  after(() => site.discard());

  const sql = (query: string): Promise<string> => docker(["exec", site.container("postgres"), ...psql(), "-c", query]);
  const command = ["upgrade", "postgres", "16", "--yes", "--json"];
  /** Runs it until it says a word, and kills it with all that it started. */
  const killedAt = async (word: string): Promise<void> => {
    const victim = spawn("node", [join(project, "operations", "socle.ts"), ...command], {
      cwd: site.stack.folder,
      env: { ...process.env, ...site.stack.environment(), PULUMI_STACK: site.stack.name },
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    await new Promise<void>((resolve, reject) => {
      victim.stderr.on("data", (part: Buffer) => {
        said += String(part);
        if (said.includes(word)) resolve();
      });
      victim.on("exit", () => {
        reject(new Error(said));
      });
    });
    process.kill(-(victim.pid ?? 0), "SIGKILL");
  };

  const well = async (): Promise<boolean> => (await site.visitor().ask({ path: "/health/" })).status === 200;

  it("D7: is taken up where it was killed; rows, files and work are as they were, the previous data is kept and can be served", async () => {
    const operator = new Operator(site.stack);
    const visitor = await site.administrator();
    const document = pdf(3);
    const before = await visitor.upload(document);
    await until("the copy is processed", 30, async () => (await visitor.copy(before.id)).state === "processed");

    const copies = await sql("SELECT count(*) FROM copies_copy");

    await killedAt("restoring it into the new server");
    assert.match(await sql("SHOW server_version"), /^15\./, "the previous one is still there");
    assert.equal((await visitor.ask({ path: "/" })).status, 503);
    await operator.socle(["unlock", "--force"]);

    const { stdout, stderr } = await operator.socle(command, { timeoutSeconds: 180 });
    const told = JSON.parse(stdout) as Record<string, unknown>;
    const { prefix } = site.stack;
    assert.equal(told["volume"], `${prefix}-postgres-16`);
    assert.equal(told["formerVolume"], `${prefix}-postgres`);
    assert.match(String(told["backup"]), /^[0-9a-f]{8}$/);
    assert.ok(Number(told["tables"]) > 10 && Number(told["rows"]) > 50);
    assert.match(stderr, /PostgreSQL 15 of e2e-\w+ becomes PostgreSQL 16\.[\s\S]*Kept: +the former data, in volume/);

    assert.match(await sql("SHOW server_version"), /^16\./);
    await until("the site is well", 60, well);
    assert.equal((await visitor.copy(before.id)).pages, 3, "still signed in");
    assert.ok((await visitor.ask({ path: before.url })).bytes.equals(document));
    const later = await visitor.upload(pdf(2));
    await until("work goes on", 60, async () => (await visitor.copy(later.id)).state === "processed");
    const volumes = lines(await docker(["volume", "ls", "--quiet", "--filter", `name=${prefix}-postgres`])).sort();
    assert.deepEqual(volumes, [`${prefix}-postgres`, `${prefix}-postgres-16`, `${prefix}-postgres-secrets`]);
    await site.stack.preview(["--expect-no-changes"]);

    // The way back: the settings of before.
    await site.up();
    assert.match(await sql("SHOW server_version"), /^15\./);
    await until("the site is well", 60, well);
    assert.equal((await visitor.copy(before.id)).pages, 3);
    assert.equal(await sql("SELECT count(*) FROM copies_copy"), copies, "the later copy is in the other volume");
    await docker(["volume", "rm", `${prefix}-postgres-16`]);
  });
});
