// Copies of the backups away from the server: made, cut off, told of.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import type { Backup, Whereabouts } from "../../operations/backup/repository.ts";
import { Evidence } from "../../policies/evidence/evidence.ts";
import { Receiver } from "../lab/receiver.ts";
import { docker, lines, run, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { createNetwork, type LabNetwork } from "../lab/network.ts";
import { startHost } from "../lab/ssh-host.ts";
import { inspect, processesOf } from "../lab/engine.ts";
import { FaultProxy } from "../lab/fault-proxy.ts";
import { changingSite } from "./local-site.ts";
import { Operator } from "../lab/operator.ts";
import { S3Server } from "../lab/s3-server.ts";

type Listed = Backup & Whereabouts;

describe("off-site copies of a local stack", function () {
  this.timeout(400_000);
  const folder = mkdtempSync(join(tmpdir(), "socle-off-site-"));
  let s3: S3Server;
  let proxy: FaultProxy;
  let receiver: Receiver;
  let network: LabNetwork | undefined;

  // Before the site goes, where nobody else uses it.
  after(async () => {
    for (const name of ["webhook", "offsiteAccessKey", "offsiteSecretKey", "offsitePrivateKey"])
      await site()
        .stack.removeCredential(name)
        .catch(() => undefined);
    const { backup: _, ...settings } = site().stack.settings;
    await site().stack.replace(settings);
    await Promise.all([proxy.stop(), s3.stop(), receiver.stop(), network?.remove()]);
    await rm(folder, { recursive: true, force: true });
  });
  const site = changingSite.use();

  before(async () => {
    [s3, receiver] = await Promise.all([S3Server.start(), Receiver.start("0.0.0.0")]);
    proxy = await FaultProxy.start({ host: "127.0.0.1", port: s3.port });
    const { stack } = site();
    await stack.setCredential("webhook", receiver.address);
    await stack.setCredential("offsiteAccessKey", s3.accessKey);
    await stack.setCredential("offsiteSecretKey", s3.secretKey);
    const offsite = { type: "s3", endpoint: `http://${proxy.address}:${String(proxy.port)}`, bucket: s3.bucket };
    const own =
      'cp manage.py "$BACKUP_FOLDER"; echo from the site; [ ! -e /srv/media/broken ] || { echo no room today >&2; exit 3; }';
    await site().up({ backup: { offsite, command: ["sh", "-c", own] } });
  });
  const socle = (words: string[], check = true): Promise<Result> =>
    new Operator(site().stack).socle(words, { timeoutSeconds: 240, check });
  const listed = async (): Promise<Listed[]> =>
    (JSON.parse((await socle(["backup", "list", "--json"])).stdout) as { backups: Listed[] }).backups;
  const inside = (service: string, ...words: string[]): Promise<string> =>
    docker(["exec", site().container(service), ...words]);
  const records = async (file: string): Promise<Record<string, unknown>[]> =>
    lines(await inside("offsite", "cat", `/offsite/${file}.jsonl`)).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
  const sql = (query: string): Promise<string> =>
    docker(["exec", site().container("postgres"), "psql", "-XAtq", "-U", "postgres", "-d", "site", "-c", query]);
  const told = (pattern: RegExp): Promise<string> => receiver.told(pattern);
  /** Bytes of the packs in a repository. */
  const packs = async (service: string, path: string): Promise<number> =>
    Number((await inside(service, "du", "-sb", path)).split("\t")[0]);

  it("are made by themselves after a backup, and the list says where each is", async () => {
    await socle(["backup", "now"]);
    const copied = await until("the copy", 90, async () => (await listed()).find((backup) => backup.offsite));
    assert.ok(copied.local);
    assert.match((await socle(["backup", "list"])).stdout, new RegExp(`^${copied.id} .* here, off-site$`, "m"));
    const stored = await readdir(join(s3.folder, s3.bucket, site().stack.prefix));
    assert.ok(stored.includes("snapshots") && stored.includes("data"), stored.join(" "));
    await until("the check", 60, async () => (await records("checks")).at(-1)?.["result"] === "passed");
    await socle(["backup", "verify", "--offsite", "--all"]);
  });

  it("have the part of the site's own command, and fail where that does", async () => {
    await socle(["backup", "now"]);
    const { id } = (await listed()).at(-1)!;
    const restic = (...words: string[]): Promise<string> => inside("backup", "/tools/restic", "--quiet", ...words);
    assert.equal((await restic("dump", id, "/own/out/stdout")).trim(), "from the site");
    assert.match(await restic("ls", id, "/own/out"), /^\/own\/out\/manage\.py$/m);
    await inside("backend", "touch", "/srv/media/broken");
    try {
      const { code, stderr } = await socle(["backup", "now"], false);
      assert.equal(code, 1);
      assert.match(stderr, /it ended with exit status 3; its last words:\n +no room today\n/);
      assert.match(stderr, /FAILED at: the site's own backup command\./);
      await told(/❌ .*: the backup failed at: the site's own backup command/);
    } finally {
      await inside("backend", "rm", "/srv/media/broken");
    }
  });

  it("are made by a container that only reads the backups here, while the one that dumps has no way out", async () => {
    await assert.rejects(inside("offsite", "touch", "/backups/repository/x"), /Read-only file system/);
    const networks = await docker([
      ...["inspect", "--format", "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}"],
      ...[site().container("backup"), site().container("offsite")],
    ]);
    assert.deepEqual(
      lines(networks).map((line) => line.trim()),
      [`${site().stack.prefix}-data`, `${site().stack.prefix}-edge`],
    );
  });

  it("EVD-05: are restored for trial as if the server were lost", async () => {
    await socle(["drill", "restore", "--offsite"]);
    const evidence = await Evidence.read(join(site().stack.folder, "evidence"));
    const [drill] = evidence.find({ policy: "EVD-05", stack: site().stack.prefix });
    assert.equal(drill?.result, "passed");
    assert.ok(Number(drill.details["rows"]) > 50);
    assert.doesNotMatch(await inside("offsite", "ls", "/offsite"), /fetched/, "nothing is left of it");
  });

  it("EVD-05: are restored for trial by themselves where that was long ago", async () => {
    const before = (await records("drills")).length;
    await inside("offsite", "touch", "--date=29 days ago", "/offsite/drilled");
    await socle(["backup", "now"]);
    const drill = await until("the drill", 90, async () => (await records("drills"))[before], 1);
    assert.equal(drill["result"], "passed");
    const gone = async (): Promise<boolean> => !(await inside("offsite", "ls", "/offsite")).includes("brought");
    await until("nothing is left of it", 20, gone);
    assert.equal(await inside("offsite", "find", "/offsite/drilled", "-mmin", "-5"), "/offsite/drilled");
    assert.match((await socle(["backup", "evidence"])).stdout, /^EVD-05 {2}.* {2}passed$/m);
  });

  it("fault 19: survive a target that resets, fails and is slow; what was cut off goes on", async () => {
    // Random, so that it is as long when it is stored: three packs.
    await sql(
      "CREATE TABLE heavy AS SELECT n, (SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 32) m) AS text FROM generate_series(1, 60000) n",
    );
    let first: number | undefined;
    try {
      proxy.fault = "refuse";
      await socle(["backup", "now"]);
      await told(/❌ .*: the off-site copy failed at: reaching the off-site target/);
      // What tries again by itself rests meanwhile.
      ({ Pid: first } = (await inspect(site().container("offsite"))).State);
      process.kill(first, "SIGSTOP");
      assert.equal((await records("copies")).at(-1)?.["step"], "reaching the off-site target");
      assert.equal((await listed()).at(-1)?.offsite, false);
      await socle(["drill", "restore"]);

      // Slow; all that was sent stands in no index yet when the copy is killed.
      const { prefix } = site().stack;
      const data = join(s3.folder, s3.bucket, prefix, "data");
      proxy.fault = { bytesPerSecond: 8_000_000, resetAt: `PUT /${s3.bucket}/${prefix}/index/` };
      const refused = proxy.cut;
      const attempt = socle(["backup", "copy"], false);
      await until("the index is on its way", 120, () => Promise.resolve(proxy.cut > refused), 0.05);
      for (const pid of await processesOf(site().container("offsite"), "restic")) process.kill(pid, "SIGKILL");
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
      await sql("DROP TABLE IF EXISTS heavy");
    }
  });

  it("faults 16 and 18: a backup that is killed, one that is overdue and a flipped bit are told by the watch", async () => {
    // A dump waits for a table that somebody else holds.
    const holding = sql("BEGIN; LOCK TABLE django_session; SELECT pg_sleep(60)").catch(() => undefined);
    const killed = socle(["backup", "now"], false);
    const pid = await until(
      "pg_dump runs",
      60,
      async () => {
        const [found] = await processesOf(site().container("backup"), "pg_dump");
        return found;
      },
      0.02,
    );
    process.kill(pid, "SIGKILL");
    await sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'django_session'::regclass AND granted");
    await holding;
    assert.equal((await killed).code, 1);
    await told(/❌ .*: the backup failed at: dumping the database\*\n→ See why: socle logs backup/);

    const history = (await inside("backup", "cat", "/backups/history.jsonl")).trim();
    const write = (text: string, file: string) =>
      docker(["exec", "--interactive", site().container("backup"), "sh", "-c", `cat >/backups/${file}`], {
        input: text,
      });
    await write(`{"when":"2026-01-01T02:30:00Z","result":"passed","family":"scheduled"}\n`, "history.jsonl");
    await told(/❌ .*: no good backup for 26 hours\*\n→ Make one now/);
    await write(`${history}\n`, "history.jsonl");

    const ago = `'{"when":"2026-01-01T02:30:00Z","result":"passed"}'`;
    await inside("offsite", "sh", "-c", `cp /offsite/drills.jsonl /tmp/ && echo ${ago} >/offsite/drills.jsonl`);
    await told(
      /❌ .*: no restore drill of the off-site copy passed for \d+ hours\*\n→ Run one: socle drill restore --offsite/,
    );
    await inside("offsite", "cp", "/tmp/drills.jsonl", "/offsite/drills.jsonl");

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

  it("go to an SSH server too, whose key is pinned", async () => {
    network = await createNetwork();
    const host = await startHost(network, { kind: "bare", user: "deploy", distribution: "bookworm" });
    const relay = await FaultProxy.start({ host: host.address, port: host.port });
    try {
      const { stack } = site();
      await stack.removeCredential("offsiteAccessKey");
      await stack.removeCredential("offsiteSecretKey");
      await stack.setCredential("offsitePrivateKey", await readFile(host.privateKeyFile, "utf8"));
      const { address, port } = relay;
      const offsite = { type: "sftp", address, port, user: host.user, hostKey: host.hostKey };
      const { postgres: _, ...settings } = stack.settings;
      await stack.replace(settings);
      await site().up({ backup: { offsite } });
      await socle(["backup", "copy"]);
      assert.ok((await listed()).filter((backup) => backup.local).every((backup) => backup.offsite));
      assert.match((await host.ssh(`ls ${stack.prefix}`)).stdout, /^snapshots$/m);

      // Another server behind the same address.
      await host.exec("rm /etc/ssh/ssh_host_* && ssh-keygen -A");
      await host.restart();
      const { code, stderr } = await socle(["backup", "copy"], false);
      assert.equal(code, 1);
      assert.match(stderr, /Host key verification failed/);
    } finally {
      await relay.stop();
      await host.stop();
    }
  });
});

/** Bytes of the files below a folder of this machine. */
const size = async (path: string): Promise<number> => Number((await run("du", ["-sb", path])).stdout.split("\t")[0]);
