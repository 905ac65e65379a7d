// Backups that fail, are overdue or are damaged: who watches over them tells the webhook, and tells when they are well again.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { docker } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { processesOf } from "../lab/engine.ts";
import { offSiteGround } from "../lab/off-site-ground.ts";

describe("off-site copies of a local stack", function () {
  this.timeout(300_000);
  const place = offSiteGround();

  it("faults 16 and 18: a backup that is killed, one that is overdue and a flipped bit are told by the watch", async () => {
    await place().socle(["backup", "now"]);
    // A dump waits for a table that somebody else holds.
    const holding = place()
      .ground.sql("BEGIN; LOCK TABLE note; SELECT pg_sleep(60)")
      .catch(() => undefined);
    const killed = place().socle(["backup", "now"], false);
    const pid = await until(
      "pg_dump runs",
      60,
      async () => {
        const [found] = await processesOf(place().ground.container("backup"), "pg_dump");
        return found;
      },
      0.02,
    );
    process.kill(pid, "SIGKILL");
    await place().ground.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'note'::regclass AND granted",
    );
    await holding;
    assert.equal((await killed).code, 1);
    await place().told(/❌ .*: the backup failed at: dumping the database\*\n→ See why: socle logs backup/);

    const history = (await place().inside("backup", "cat", "/backups/history.jsonl")).trim();
    const write = (text: string, file: string) =>
      docker(["exec", "--interactive", place().ground.container("backup"), "sh", "-c", `cat >/backups/${file}`], {
        input: text,
      });
    await write(`{"when":"2026-01-01T02:30:00Z","result":"passed","family":"scheduled"}\n`, "history.jsonl");
    await place().told(/❌ .*: no good backup for 26 hours\*\n→ Make one now/);
    await write(`${history}\n`, "history.jsonl");

    const ago = `'{"when":"2026-01-01T02:30:00Z","result":"passed"}'`;
    await place().inside("offsite", "sh", "-c", `echo ${ago} >/offsite/drills.jsonl`);
    await place().told(
      /❌ .*: no restore drill of the off-site copy passed for \d+ hours\*\n→ Run one: socle drill restore --offsite/,
    );
    await place().inside("offsite", "rm", "/offsite/drills.jsonl");

    const pack = (await place().inside("backup", "sh", "-c", "ls -S /backups/repository/data/*/* | head -n 1")).trim();
    await place().inside("backup", "sh", "-c", `cp ${pack} /tmp/pack; chmod u+w ${pack}`);
    await place().inside(
      "backup",
      "sh",
      "-c",
      `printf '\\377\\000\\377' | dd of=${pack} bs=1 seek=200 conv=notrunc 2>&1`,
    );
    assert.equal((await place().socle(["backup", "verify", "--all"], false)).code, 1);
    await place().told(/❌ .*: the check of the backups failed: they are not to be relied on/);
    await place().inside("backup", "cp", "/tmp/pack", pack);
    await place().socle(["backup", "verify", "--all"]);
    await place().told(/✅ .*: well again: the check of the backups failed/);
    assert.ok(place().receiver.messages.every(({ username }) => username === "Socle"));
  });
});
