// Backups: made, listed, tried out, taken elsewhere, and what becomes of them when something breaks.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";

import type { Backup } from "../../operations/backup/repository.ts";
import { Evidence } from "../../policies/evidence/evidence.ts";
import { docker, lines, run, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { processesOf } from "../lab/engine.ts";
import { Ground } from "../lab/ground.ts";
import { plainSite } from "../lab/plain-site.ts";

describe("backups of a local stack", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "socle-backup-"));
  let ground: Ground;
  before(async () => {
    ground = await Ground.of({ services: ["backup"], sections: plainSite() });
    await ground.sql("CREATE TABLE note AS SELECT n, md5(n::text) AS text FROM generate_series(1, 100) n");
    await docker([
      "run",
      "--rm",
      "--mount",
      `type=volume,source=${ground.stack.prefix}-media,target=/media`,
      "postgres:15",
      "sh",
      "-c",
      "echo a file >/media/file",
    ]);
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await Ground.removeAll();
  });

  const socle = (words: string[], check = true): Promise<Result> => ground.operator.socle(words, { check });
  const listed = async (): Promise<Backup[]> =>
    (JSON.parse((await socle(["backup", "list", "--json"])).stdout) as { backups: Backup[] }).backups;
  const newest = async (): Promise<Backup> => {
    const found = (await listed()).at(-1);
    assert.ok(found);
    return found;
  };
  const inside = (...words: string[]): Promise<string> => docker(["exec", ground.container("backup"), ...words]);
  const records = async (file: string): Promise<Record<string, unknown>[]> =>
    lines(await inside("cat", `/backups/${file}.jsonl`)).map((line) => JSON.parse(line) as Record<string, unknown>);
  const sql = (query: string): Promise<string> => ground.sql(query);
  /** Reads the first process's command lines in a container until one begins with a word; answers with its number. */
  const processOf = (word: string): Promise<number> =>
    until(
      `${word} runs`,
      30,
      async () => {
        const [found] = await processesOf(ground.container("backup"), word);
        return found;
      },
      0.02,
    );

  it("D5: are made at their time, also when that was missed, and the repository is checked", async () => {
    await inside("touch", "--date=2 days ago", "/backups/attempted");
    await ground.rouse("backup");
    await until("the check after it", 60, async () => (await inside("ls", "/backups")).includes("checks.jsonl"));
    assert.equal((await newest()).family, "scheduled");
    assert.equal((await records("checks")).at(-1)?.["result"], "passed");
    assert.equal((await records("history")).at(-1)?.["result"], "passed");
  });

  it("D8: a drill restores the newest where no network leads to, and keeps the result", async () => {
    const { stdout } = await socle(["drill", "restore"]);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(result["result"], "passed");
    assert.equal(result["snapshot"], (await newest()).id);
    assert.ok(Number(result["rows"]) >= 100 && Number(result["files"]) >= 1);
    assert.doesNotMatch(await inside("ls", "/backups"), /drill$/m, "nothing is left of it");
    const evidence = await Evidence.read(join(ground.stack.folder, "evidence"));
    const [drill] = evidence.find({ policy: "EVD-02", stack: ground.stack.prefix });
    assert.equal(drill?.result, "passed");
    assert.equal(drill.details["snapshot"], result["snapshot"]);
    assert.match(String(drill.details["hash"]), /^[0-9a-f]{64}$/);
    assert.equal(evidence.find({ policy: "EVD-01" })[0]?.result, "passed");
    assert.match((await socle(["backup", "evidence"])).stdout, /Nothing new/);
  });

  it("D9: of another stack are refused, wherever they come from", async () => {
    // As if its repository had been copied here.
    const foreign =
      'mkdir /backups/work && echo \'{"stack":"socle-production","tables":{}}\' >/backups/work/manifest.json && ' +
      "/tools/restic --quiet backup --tag manual /backups/work /media && rm -r /backups/work";
    await inside("sh", "-c", foreign);
    const { id } = await newest();
    const { code, stderr } = await socle(["restore", id, "--yes"], false);
    assert.equal(code, 1);
    assert.match(stderr, /is of socle-production: data of one stack is never restored into another/);
    await inside("/tools/restic", "--quiet", "forget", id);
  });

  it("fault 16: a dump that is killed leaves no backup, and the next one is made", async () => {
    const count = (await listed()).length;
    // The dump waits for a table that somebody else holds.
    const holding = sql("BEGIN; LOCK TABLE note; SELECT pg_sleep(60)").catch(() => undefined);
    const attempt = socle(["backup", "now"], false);
    process.kill(await processOf("pg_dump"), "SIGKILL");
    await sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'note'::regclass AND granted");
    await holding;
    const { code, stderr } = await attempt;
    assert.equal(code, 1);
    assert.match(stderr, /backup: FAILED at: dumping the database\. Earlier backups are as they were/);
    assert.equal((await listed()).length, count);
    assert.deepEqual(
      [(await records("history")).at(-1)?.["result"], (await records("history")).at(-1)?.["step"]],
      ["failed", "dumping the database"],
    );
    await socle(["backup", "now"]);
    assert.equal((await listed()).length, count + 1);
  });

  it("fault 13: a disk that is full fails the backup loudly, and the earlier ones stay", async () => {
    const backup = ground.container("backup");
    const volume = `${ground.stack.prefix}-small`;
    await docker([
      "volume",
      "create",
      "--opt",
      "type=tmpfs",
      "--opt",
      "device=tmpfs",
      "--opt",
      "o=size=20m,mode=1777",
      volume,
    ]);
    try {
      const image = await docker(["inspect", "--format", "{{.Image}}", backup]);
      const variables = JSON.parse(await docker(["inspect", "--format", "{{json .Config.Env}}", backup])) as string[];
      const started = await docker([
        ...["run", "--detach", "--user", "10001:10001", "--network", `${ground.stack.prefix}-data`],
        ...variables.flatMap((variable) => ["--env", variable]),
        ...[
          "--volumes-from",
          backup,
          "--mount",
          `type=volume,source=${volume},target=/backups`,
          "--entrypoint",
          "sleep",
          image,
          "600",
        ],
      ]);
      try {
        const restores =
          "/tools/restic --quiet dump $(sh /tools/newest.sh) /backups/work/database.dump >/tmp/dump && pg_restore --list /tmp/dump";
        const small = (...words: string[]) => run("docker", ["exec", started, ...words], { check: false });
        assert.equal((await small("sh", "/tools/run.sh", "manual")).code, 0, "there is room at first");
        await sql("CREATE TABLE heavy AS SELECT n, repeat(md5(n::text), 8) AS text FROM generate_series(1, 100000) n");
        const { code, stderr } = await small("sh", "/tools/run.sh", "manual");
        assert.notEqual(code, 0);
        assert.match(stderr, /MB are free where backups are kept, and the database has \d+ MB/);
        // Without the look ahead the disk really runs full: the dump fails, not the backup that is there.
        const blind = await small("sh", "-c", "sed 's/^room$/:/' /tools/run.sh >/tmp/run.sh && sh /tmp/run.sh manual");
        assert.notEqual(blind.code, 0);
        assert.match(blind.stderr, /No space left on device/);
        assert.equal((await small("sh", "-c", restores)).code, 0, "the earlier one restores");
      } finally {
        await docker(["rm", "--force", "--volumes", started]);
      }
    } finally {
      await docker(["volume", "rm", "--force", volume]);
      await sql("DROP TABLE IF EXISTS heavy");
    }
  });

  it("fault 18: a bit that flips in the repository is found, and told", async () => {
    const pack = (await inside("sh", "-c", "ls -S /backups/repository/data/*/* | head -n 1")).trim();
    const flip = (from: string, to: string) =>
      inside("sh", "-c", `chmod u+w ${pack} && cp ${pack} /tmp/pack && cat ${from} >/dev/null && ${to}`);
    await flip(pack, `printf '\\377\\000\\377\\000' | dd of=${pack} bs=1 seek=200 conv=notrunc 2>/dev/null`);
    try {
      const { code, stderr } = await socle(["backup", "verify", "--all"], false);
      assert.equal(code, 1);
      assert.match(stderr, /verify: FAILED\. The backups here are not to be relied on/);
      assert.equal((await records("checks")).at(-1)?.["result"], "failed");
    } finally {
      await inside("cp", "/tmp/pack", pack);
    }
    assert.equal((await socle(["backup", "verify", "--all"])).code, 0);
  });

  it("fault 17: a prune that is killed leaves a repository that is whole, and its lock is dealt with", async () => {
    const attempt = inside("sh", "-c", "exec /tools/restic prune --max-unused 0").catch(() => "killed");
    process.kill(await processOf("restic"), "SIGKILL");
    await attempt;
    await socle(["backup", "now"]);
    assert.equal((await socle(["backup", "verify", "--all"])).code, 0);
  });

  it("can be taken out, and opened elsewhere with the key that is kept", async () => {
    const file = join(folder, "backup.tar");
    await socle(["backup", "export", file]);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const { stdout } = await run("tar", ["--list", "--file", file]);
    for (const name of ["database.dump", "globals.sql", "manifest.json"])
      assert.ok(stdout.includes(`backups/work/${name}`), stdout);
    const { stdout: key } = await socle(["backup", "key"]);
    const opened = await docker([
      ...["run", "--rm", "--network", "none", "--env", `RESTIC_PASSWORD=${key.trim()}`],
      ...["--mount", `type=volume,source=${ground.stack.prefix}-backups,target=/backups,readonly`],
      ...["restic/restic:0.18.0", "--no-lock", "--repo", "/backups/repository", "snapshots", "--json"],
    ]);
    assert.equal((JSON.parse(opened) as unknown[]).length, (await listed()).length);
  });
});
