// Copies of the backups away from the server: made, cut off, told of, and tried out.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import type { Backup, Whereabouts } from "../../operations/backup/repository.ts";
import { Evidence } from "../../policies/evidence/evidence.ts";
import { docker, lines, type Result, run } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { inspect, processesOf } from "../lab/engine.ts";
import { FaultProxy } from "../lab/fault-proxy.ts";
import { Ground } from "../lab/ground.ts";
import { plainSite } from "../lab/plain-site.ts";
import { Receiver } from "../lab/receiver.ts";
import { S3Server } from "../lab/s3-server.ts";

type Listed = Backup & Whereabouts;

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
    const own =
      'cp manage.py "$BACKUP_FOLDER"; echo from the site; [ ! -e /srv/media/broken ] || { echo no room today >&2; exit 3; }';
    ground = await Ground.of({
      services: ["offsite", "watch", "export"],
      sections: { ...plainSite(), backup: { offsite, command: ["sh", "-c", own] } },
      credentials: { webhook: receiver.address, offsiteAccessKey: s3.accessKey, offsiteSecretKey: s3.secretKey },
    });
    await ground.sql("CREATE TABLE note AS SELECT n, md5(n::text) AS text FROM generate_series(1, 100) n");
  });
  after(async () => {
    await Ground.removeAll();
    await Promise.all([proxy.stop(), s3.stop(), receiver.stop()]);
  });
  const socle = (words: string[], check = true): Promise<Result> => ground.operator.socle(words, { check });
  const listed = async (): Promise<Listed[]> =>
    (await ground.operator.json<{ backups: Listed[] }>(["backup", "list"])).backups;
  const inside = (service: string, ...words: string[]): Promise<string> =>
    docker(["exec", ground.container(service), ...words]);
  const records = async (file: string): Promise<Record<string, unknown>[]> =>
    lines(await inside("offsite", "cat", `/offsite/${file}.jsonl`)).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
  const told = (pattern: RegExp): Promise<string> =>
    ground.soon(`a message like ${String(pattern)}`, ["watch"], () =>
      Promise.resolve(receiver.messages.map(({ text }) => text).find((text) => pattern.test(text))),
    );
  /** Bytes of the packs in a repository. */
  const packs = async (service: string, path: string): Promise<number> =>
    Number((await inside(service, "du", "-sb", path)).split("\t")[0]);

  it("are made by themselves after a backup, and the list says where each is", async () => {
    await socle(["backup", "now"]);
    const copied = await ground.soon("the copy", ["offsite"], async () =>
      (await listed()).find((backup) => backup.offsite),
    );
    assert.ok(copied.local);
    assert.match((await socle(["backup", "list"])).stdout, new RegExp(`^${copied.id} .* here, off-site$`, "m"));
    const stored = await readdir(join(s3.folder, s3.bucket, ground.stack.prefix));
    assert.ok(stored.includes("snapshots") && stored.includes("data"), stored.join(" "));
    await ground.soon("the check", ["offsite"], async () => (await records("checks")).at(-1)?.["result"] === "passed");
    await socle(["backup", "verify", "--offsite", "--all"]);
  });

  it("have the part of the site's own command, and fail where that does", async () => {
    await socle(["backup", "now"]);
    const { id } = (await listed()).at(-1)!;
    const restic = (...words: string[]): Promise<string> => inside("backup", "/tools/restic", "--quiet", ...words);
    assert.equal((await restic("dump", id, "/own/out/stdout")).trim(), "from the site");
    assert.match(await restic("ls", id, "/own/out"), /^\/own\/out\/manage\.py$/m);
    await inside("export", "touch", "/srv/media/broken");
    try {
      const { code, stderr } = await socle(["backup", "now"], false);
      assert.equal(code, 1);
      assert.match(stderr, /it ended with exit status 3; its last words:\n +no room today\n/);
      assert.match(stderr, /FAILED at: the site's own backup command\./);
      await told(/❌ .*: the backup failed at: the site's own backup command/);
    } finally {
      await inside("export", "rm", "/srv/media/broken");
    }
  });

  it("are made by a container that only reads the backups here, while the one that dumps has no way out", async () => {
    await assert.rejects(inside("offsite", "touch", "/backups/repository/x"), /Read-only file system/);
    const networks = await docker([
      ...["inspect", "--format", "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}"],
      ...[ground.container("backup"), ground.container("offsite")],
    ]);
    assert.deepEqual(
      lines(networks).map((line) => line.trim()),
      [`${ground.stack.prefix}-data`, `${ground.stack.prefix}-edge`],
    );
  });

  it("EVD-05: are restored for trial as if the server were lost", async () => {
    await socle(["drill", "restore", "--offsite"]);
    const evidence = await Evidence.read(join(ground.stack.folder, "evidence"));
    const [drill] = evidence.find({ policy: "EVD-05", stack: ground.stack.prefix });
    assert.equal(drill?.result, "passed");
    assert.ok(Number(drill.details["rows"]) >= 100);
    assert.doesNotMatch(await inside("offsite", "ls", "/offsite"), /fetched/, "nothing is left of it");
  });

  it("EVD-05: are restored for trial by themselves where that was long ago", async () => {
    const before = (await records("drills")).length;
    await inside("offsite", "touch", "--date=29 days ago", "/offsite/drilled");
    await socle(["backup", "now"]);
    const drill = await ground.soon(
      "the drill",
      ["offsite", "backup"],
      async () => (await records("drills").catch(() => []))[before],
    );
    assert.equal(drill["result"], "passed");
    const gone = async (): Promise<boolean> => !(await inside("offsite", "ls", "/offsite")).includes("brought");
    await ground.soon("nothing is left of it", ["backup"], gone);
    assert.equal(await inside("offsite", "find", "/offsite/drilled", "-mmin", "-5"), "/offsite/drilled");
    assert.match((await socle(["backup", "evidence"])).stdout, /^EVD-05 {2}.* {2}passed$/m);
  });

  it("fault 19: survive a target that resets, fails and is slow; what was cut off goes on", async () => {
    // Random, so that it is as long when it is stored: more than one pack.
    await ground.sql(
      "CREATE TABLE heavy AS SELECT n, (SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 32) m) AS text FROM generate_series(1, 16000) n",
    );
    let first: number | undefined;
    try {
      proxy.fault = "refuse";
      await socle(["backup", "now"]);
      await told(/❌ .*: the off-site copy failed at: reaching the off-site target/);
      // What tries again by itself rests meanwhile.
      ({ Pid: first } = (await inspect(ground.container("offsite"))).State);
      process.kill(first, "SIGSTOP");
      assert.equal((await records("copies")).at(-1)?.["step"], "reaching the off-site target");
      assert.equal((await listed()).at(-1)?.offsite, false);
      await socle(["drill", "restore"]);

      // Slow; all that was sent stands in no index yet when the copy is killed.
      const { prefix } = ground.stack;
      const data = join(s3.folder, s3.bucket, prefix, "data");
      proxy.fault = { bytesPerSecond: 6_000_000, resetAt: `PUT /${s3.bucket}/${prefix}/index/` };
      const refused = proxy.cut;
      const attempt = socle(["backup", "copy"], false);
      await until("the index is on its way", 120, () => Promise.resolve(proxy.cut > refused), 0.05);
      for (const pid of await processesOf(ground.container("offsite"), "restic")) process.kill(pid, "SIGKILL");
      assert.notEqual((await attempt).code, 0);
      assert.equal((await records("copies")).at(-1)?.["step"], "copying");

      proxy.fault = {};
      await socle(["backup", "copy"]);
      assert.equal((await listed()).at(-1)?.offsite, true);
      await told(/✅ .*: well again: the off-site copy failed/);
      const [here, there] = [await packs("backup", "/backups/repository/data"), await size(data)];
      assert.ok(there < here * 1.3, `what was sent is not sent again: ${String(there)} there, ${String(here)} here`);
    } finally {
      proxy.fault = {};
      if (first !== undefined) process.kill(first, "SIGCONT");
      await ground.sql("DROP TABLE IF EXISTS heavy");
    }
  });
});

/** Bytes of the files below a folder of this machine. */
const size = async (path: string): Promise<number> => Number((await run("du", ["-sb", path])).stdout.split("\t")[0]);
