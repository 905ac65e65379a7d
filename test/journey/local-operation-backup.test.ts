// Backups of a running stack: made, listed, restored, and what becomes of them when something breaks.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "mocha";

import type { Backup, Manifest } from "../../operations/backup/repository.ts";
import { Evidence } from "../../policies/evidence/evidence.ts";
import { docker, lines, run, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { processesOf } from "../lab/engine.ts";
import { changingSite } from "./local-site.ts";
import { Operator } from "../lab/operator.ts";
import { pdf } from "../lab/pdf.ts";

describe("backups of a local stack", function () {
  this.timeout(180_000);
  const site = changingSite.use();
  const folder = mkdtempSync(join(tmpdir(), "socle-backup-"));
  after(() => rm(folder, { recursive: true, force: true }));

  const socle = (words: string[], check = true): Promise<Result> =>
    new Operator(site().stack).socle(words, { timeoutSeconds: 120, check });
  const listed = async (): Promise<Backup[]> =>
    (JSON.parse((await socle(["backup", "list", "--json"])).stdout) as { backups: Backup[] }).backups;
  const newest = async (): Promise<Backup> => {
    const found = (await listed()).at(-1);
    assert.ok(found);
    return found;
  };
  const inside = (...words: string[]): Promise<string> => docker(["exec", site().container("backup"), ...words]);
  const records = async (file: string): Promise<Record<string, unknown>[]> =>
    lines(await inside("cat", `/backups/${file}.jsonl`)).map((line) => JSON.parse(line) as Record<string, unknown>);
  const sql = (query: string): Promise<string> =>
    docker(["exec", site().container("postgres"), "psql", "-XAtq", "-U", "postgres", "-d", "site", "-c", query]);
  /** Reads the first process's command lines in a container until one begins with a word; answers with its number. */
  const processOf = (word: string): Promise<number> =>
    until(
      `${word} runs`,
      30,
      async () => {
        const [found] = await processesOf(site().container("backup"), word);
        return found;
      },
      0.02,
    );

  it("D5: are made at their time, also when that was missed, and the repository is checked", async () => {
    await inside("touch", "--date=2 days ago", "/backups/attempted");
    await until("the scheduled backup", 60, async () => (await newest()).family === "scheduled", 1);
    await until("the check", 30, async () => (await inside("ls", "/backups")).includes("checks.jsonl"), 1);
    assert.equal((await records("checks")).at(-1)?.["result"], "passed");
    assert.equal((await records("history")).at(-1)?.["result"], "passed");
  });

  it("D7: a restore brings rows and files back, and what was there before is in a backup of its own", async () => {
    // Whatever was uploaded before, by whichever file.
    await sql("DELETE FROM copies_copy");
    const visitor = await site().administrator();
    const document = pdf(3);
    const kept = await visitor.upload(document);
    await until("the copy is processed", 30, async () => (await visitor.copy(kept.id)).state === "processed");
    await socle(["backup", "now"]);
    const made = await newest();
    const manifest = JSON.parse((await socle(["backup", "show", made.id, "--json"])).stdout) as Manifest;
    assert.equal(manifest.tables["public.copies_copy"], 1);
    assert.equal(manifest.stack, site().stack.prefix);

    // The mistake: a row and its file are gone, and others have come.
    await sql("DELETE FROM copies_copy");
    await docker(["exec", site().container("backend"), "sh", "-c", "rm -rf /srv/media/copies /srv/media/*/"]);
    const later = await visitor.upload(pdf(1));
    assert.equal((await visitor.ask({ path: kept.url })).status, 404);

    const refused = await socle(["restore", made.id], false);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /There is no terminal to ask on; nothing was changed\.\n\s+→ Add --yes/);

    const { stdout, stderr } = await socle(["restore", made.id, "--yes", "--json"]);
    assert.match(stderr, /restore: changing the databases/);
    const { restored, saved } = JSON.parse(stdout) as { restored: string; saved: string };
    assert.equal(restored, made.id);
    await until("the site is well", 30, async () => (await visitor.ask({ path: "/health/" })).status === 200);
    assert.equal((await visitor.copy(kept.id)).pages, 3);
    assert.ok((await visitor.ask({ path: kept.url })).bytes.equals(document), "the file is as it was");
    assert.equal((await visitor.ask({ path: later.url })).status, 404, "what came after the backup is gone");
    const before = JSON.parse((await socle(["backup", "show", saved, "--json"])).stdout) as Manifest;
    assert.equal(before.family, "restore");
    assert.equal(before.tables["public.copies_copy"], 1, "the later copy is in what was saved");
    const databases = await sql(
      "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate",
    );
    assert.equal(databases, "postgres site");
    const work = await visitor.upload(pdf(2));
    await until("worker and beat are back", 60, async () => (await visitor.copy(work.id)).state === "processed");
  });

  it("D8: a drill restores the newest where no network leads to, and keeps the result", async () => {
    const { stdout } = await socle(["drill", "restore"]);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(result["result"], "passed");
    assert.equal(result["snapshot"], (await newest()).id);
    assert.ok(Number(result["rows"]) > 50 && Number(result["files"]) >= 1);
    assert.doesNotMatch(await inside("ls", "/backups"), /drill$/m, "nothing is left of it");
    const evidence = await Evidence.read(join(site().stack.folder, "evidence"));
    const [drill] = evidence.find({ policy: "EVD-02", stack: site().stack.prefix });
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
    await sql("CREATE TABLE heavy AS SELECT n, repeat(md5(n::text), 8) AS text FROM generate_series(1, 100000) n");
    const count = (await listed()).length;
    const attempt = socle(["backup", "now"], false);
    process.kill(await processOf("pg_dump"), "SIGKILL");
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
    const backup = site().container("backup");
    const volume = `${site().stack.prefix}-small`;
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
        ...["run", "--detach", "--user", "10001:10001", "--network", `${site().stack.prefix}-data`],
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
        await sql("DROP TABLE heavy");
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
      ...["--mount", `type=volume,source=${site().stack.prefix}-backups,target=/backups,readonly`],
      ...["restic/restic:0.18.0", "--no-lock", "--repo", "/backups/repository", "snapshots", "--json"],
    ]);
    assert.equal((JSON.parse(opened) as unknown[]).length, (await listed()).length);
  });

  it("leave nothing to change", () => site().stack.preview(["--expect-no-changes"]));
});
