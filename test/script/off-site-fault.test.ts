// A place for copies that fails: what is told, what goes on meanwhile, and what becomes of what was cut off.
import assert from "node:assert/strict";
import { join } from "node:path";

import { describe, it } from "mocha";

import { run } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { inspect, processesOf } from "../lab/engine.ts";
import { offSiteGround } from "../lab/off-site-ground.ts";

describe("off-site copies of a local stack", function () {
  this.timeout(300_000);
  const place = offSiteGround();
  /** Bytes of the packs in a repository. */
  const packs = async (service: string, path: string): Promise<number> =>
    Number((await place().inside(service, "du", "-sb", path)).split("\t")[0]);

  it("fault 19: survive a target that resets, fails and is slow; what was cut off goes on", async () => {
    // Random, so that it is as long when it is stored: more than one pack.
    await place().ground.sql(
      "CREATE TABLE heavy AS SELECT n, (SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 32) m) AS text FROM generate_series(1, 16000) n",
    );
    let first: number | undefined;
    try {
      place().proxy.fault = "refuse";
      await place().socle(["backup", "now"]);
      await place().told(/❌ .*: the off-site copy failed at: reaching the off-site target/);
      // What tries again by itself rests meanwhile.
      ({ Pid: first } = (await inspect(place().ground.container("offsite"))).State);
      process.kill(first, "SIGSTOP");
      assert.equal((await place().records("copies")).at(-1)?.["step"], "reaching the off-site target");
      assert.equal((await place().listed()).at(-1)?.offsite, false);
      await place().socle(["drill", "restore"]);

      // Slow; all that was sent stands in no index yet when the copy is killed.
      const { prefix } = place().ground.stack;
      const data = join(place().s3.folder, place().s3.bucket, prefix, "data");
      place().proxy.fault = { bytesPerSecond: 6_000_000, resetAt: `PUT /${place().s3.bucket}/${prefix}/index/` };
      const refused = place().proxy.cut;
      const attempt = place().socle(["backup", "copy"], false);
      await until("the index is on its way", 120, () => Promise.resolve(place().proxy.cut > refused), 0.05);
      for (const pid of await processesOf(place().ground.container("offsite"), "restic")) process.kill(pid, "SIGKILL");
      assert.notEqual((await attempt).code, 0);
      assert.equal((await place().records("copies")).at(-1)?.["step"], "copying");

      place().proxy.fault = {};
      await place().socle(["backup", "copy"]);
      assert.equal((await place().listed()).at(-1)?.offsite, true);
      await place().told(/✅ .*: well again: the off-site copy failed/);
      const [here, there] = [await packs("backup", "/backups/repository/data"), await size(data)];
      assert.ok(there < here * 1.3, `what was sent is not sent again: ${String(there)} there, ${String(here)} here`);
    } finally {
      place().proxy.fault = {};
      if (first !== undefined) process.kill(first, "SIGCONT");
      await place().ground.sql("DROP TABLE IF EXISTS heavy");
    }
  });
});

/** Bytes of the files below a folder of this machine. */
const size = async (path: string): Promise<number> => Number((await run("du", ["-sb", path])).stdout.split("\t")[0]);
