// What becomes of a site's data in the eyes of the person who uses it: lost by mistake, brought back, moved to another PostgreSQL.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";

import { describe, it } from "mocha";

import { docker, lines } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";
import { psql } from "../../lab/engine.ts";
import { Operator } from "../../lab/operator.ts";
import { pdf } from "../../lab/pdf.ts";
import type { LocalSite } from "../../lab/running-site.ts";

const project = join(import.meta.dirname, "..", "..", "..");

export function restored(site: () => LocalSite): void {
  describe("data of a site", function () {
    this.timeout(300_000);
    const command = ["upgrade", "postgres", "16", "--yes", "--json"];
    const sql = (query: string): Promise<string> =>
      docker(["exec", site().container("postgres"), ...psql(), "-c", query]);
    /** Runs it until it says a word, and kills it with all that it started. */
    const killedAt = async (word: string): Promise<void> => {
      const victim = spawn("node", [join(project, "operations", "socle.ts"), ...command], {
        cwd: site().stack.folder,
        env: { ...process.env, ...site().stack.environment(), PULUMI_STACK: site().stack.name },
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

    const well = async (): Promise<boolean> => (await site().visitor().ask({ path: "/health/" })).status === 200;

    it("is there again after a restore: rows, files and the session, and work goes on", async () => {
      const operator = new Operator(site().stack);
      const visitor = await site().administrator();
      const document = pdf(3);
      const kept = await visitor.upload(document);
      await until("the copy is processed", 60, async () => (await visitor.copy(kept.id)).state === "processed");
      await operator.socle(["backup", "now"]);

      await docker(["exec", site().container("backend"), "sh", "-c", "rm -rf /srv/media/copies /srv/media/*/"]);
      await sql("DELETE FROM copies_copy");
      assert.equal((await visitor.ask({ path: kept.url })).status, 404);
      const later = await visitor.upload(pdf(1));

      await operator.socle(["restore", "--yes"]);
      await until("the site is well", 60, well);
      assert.equal((await visitor.copy(kept.id)).pages, 3, "the row is back, and its owner still signed in");
      assert.ok((await visitor.ask({ path: kept.url })).bytes.equals(document), "the file is as it was");
      assert.equal((await visitor.ask({ path: later.url })).status, 404, "what came after the backup is gone");
      const work = await visitor.upload(pdf(2));
      await until("worker and beat are back", 60, async () => (await visitor.copy(work.id)).state === "processed");
    });

    it("leaves nothing to change after a restore", () => site().stack.preview(["--expect-no-changes"]));

    it("D7: an upgrade of PostgreSQL is taken up where it was killed; rows, files and work are as they were, the previous data is kept and can be served", async () => {
      const operator = new Operator(site().stack);
      const visitor = await site().administrator();
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
      const { prefix } = site().stack;
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
      await site().stack.preview(["--expect-no-changes"]);

      // The way back: the settings of before.
      await site().up();
      assert.match(await sql("SHOW server_version"), /^15\./);
      await until("the site is well", 60, well);
      assert.equal((await visitor.copy(before.id)).pages, 3);
      assert.equal(await sql("SELECT count(*) FROM copies_copy"), copies, "the later copy is in the other volume");
      await docker(["volume", "rm", `${prefix}-postgres-16`]);
    });
  });
}
