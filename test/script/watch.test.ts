// Backups that fail, are overdue or are damaged: who watches over them tells the webhook, and tells when they are well again.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { docker, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { processesOf } from "../lab/engine.ts";
import { FaultProxy } from "../lab/fault-proxy.ts";
import { Ground } from "../lab/ground.ts";
import { plainSite } from "../lab/plain-site.ts";
import { Receiver } from "../lab/receiver.ts";
import { S3Server } from "../lab/s3-server.ts";

describe("off-site copies of a local stack", function () {
  this.timeout(300_000);
  let ground: Ground;
  let s3: S3Server;
  let proxy: FaultProxy;
  let receiver: Receiver;
  before(async () => {
    [s3, receiver] = await Promise.all([S3Server.start(), Receiver.start("0.0.0.0")]);
    proxy = await FaultProxy.start({ host: "127.0.0.1", port: s3.port });
    const offsite = { type: "s3", endpoint: `http://${proxy.address}:${String(proxy.port)}`, bucket: s3.bucket };
    ground = await Ground.of({
      services: ["offsite", "watch"],
      sections: { ...plainSite(), backup: { offsite } },
      credentials: { webhook: receiver.address, offsiteAccessKey: s3.accessKey, offsiteSecretKey: s3.secretKey },
    });
    await ground.sql("CREATE TABLE note AS SELECT n, md5(n::text) AS text FROM generate_series(1, 100) n");
  });
  after(async () => {
    await Ground.removeAll();
    await Promise.all([proxy.stop(), s3.stop(), receiver.stop()]);
  });
  const socle = (words: string[], check = true): Promise<Result> => ground.operator.socle(words, { check });
  const inside = (service: string, ...words: string[]): Promise<string> =>
    docker(["exec", ground.container(service), ...words]);
  const told = (pattern: RegExp): Promise<string> =>
    ground.soon(`a message like ${String(pattern)}`, ["watch"], () =>
      Promise.resolve(receiver.messages.map(({ text }) => text).find((text) => pattern.test(text))),
    );

  it("faults 16 and 18: a backup that is killed, one that is overdue and a flipped bit are told by the watch", async () => {
    await socle(["backup", "now"]);
    // A dump waits for a table that somebody else holds.
    const holding = ground.sql("BEGIN; LOCK TABLE note; SELECT pg_sleep(60)").catch(() => undefined);
    const killed = socle(["backup", "now"], false);
    const pid = await until(
      "pg_dump runs",
      60,
      async () => {
        const [found] = await processesOf(ground.container("backup"), "pg_dump");
        return found;
      },
      0.02,
    );
    process.kill(pid, "SIGKILL");
    await ground.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'note'::regclass AND granted");
    await holding;
    assert.equal((await killed).code, 1);
    await told(/❌ .*: the backup failed at: dumping the database\*\n→ See why: socle logs backup/);

    const history = (await inside("backup", "cat", "/backups/history.jsonl")).trim();
    const write = (text: string, file: string) =>
      docker(["exec", "--interactive", ground.container("backup"), "sh", "-c", `cat >/backups/${file}`], {
        input: text,
      });
    await write(`{"when":"2026-01-01T02:30:00Z","result":"passed","family":"scheduled"}\n`, "history.jsonl");
    await told(/❌ .*: no good backup for 26 hours\*\n→ Make one now/);
    await write(`${history}\n`, "history.jsonl");

    const ago = `'{"when":"2026-01-01T02:30:00Z","result":"passed"}'`;
    await inside("offsite", "sh", "-c", `echo ${ago} >/offsite/drills.jsonl`);
    await told(
      /❌ .*: no restore drill of the off-site copy passed for \d+ hours\*\n→ Run one: socle drill restore --offsite/,
    );
    await inside("offsite", "rm", "/offsite/drills.jsonl");

    const pack = (await inside("backup", "sh", "-c", "ls -S /backups/repository/data/*/* | head -n 1")).trim();
    await inside("backup", "sh", "-c", `cp ${pack} /tmp/pack; chmod u+w ${pack}`);
    await inside("backup", "sh", "-c", `printf '\\377\\000\\377' | dd of=${pack} bs=1 seek=200 conv=notrunc 2>&1`);
    assert.equal((await socle(["backup", "verify", "--all"], false)).code, 1);
    await told(/❌ .*: the check of the backups failed: they are not to be relied on/);
    await inside("backup", "cp", "/tmp/pack", pack);
    await socle(["backup", "verify", "--all"]);
    await told(/✅ .*: well again: the check of the backups failed/);
    assert.ok(receiver.messages.every(({ username }) => username === "Socle"));
  });
});
