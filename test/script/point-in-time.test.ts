// Point-in-time recovery: switched on, a dead archiver told of, a mistake undone, switched off.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { after, before, describe, it } from "mocha";

import { Receiver } from "../lab/receiver.ts";
import { docker, run, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { inspect } from "../lab/engine.ts";
import { Ground } from "../lab/ground.ts";
import { plainSite } from "../lab/plain-site.ts";
import { SmallDisk } from "../lab/small-disk.ts";

const project = new URL("../../", import.meta.url).pathname;

describe("point-in-time recovery of a local stack", function () {
  this.timeout(300_000);
  let ground: Ground;
  let receiver: Receiver;
  after(async () => {
    await Ground.removeAll();
    await receiver.stop();
  });
  /** The container of PostgreSQL, and its first process. */
  const server = async (): Promise<string> => {
    const { Id, State } = await inspect(ground.container("postgres"));
    return `${Id} ${String(State.Pid)}`;
  };
  let former: string;
  before(async () => {
    receiver = await Receiver.start("0.0.0.0");
    ground = await Ground.of({
      services: ["nginx", "backup"],
      sections: { ...plainSite(), postgres: { pitr: { lag: 1, pending: 256 } } },
      credentials: { webhook: receiver.address },
    });
    former = await server();
    await ground.add("archive", "watch");
  });
  const socle = (words: string[], check = true): Promise<Result> => ground.operator.socle(words, { check });
  const sql = (query: string): Promise<string> => ground.sql(query);
  const archive = (command: string): Promise<string> =>
    docker(["exec", ground.container("archive"), "sh", "-c", command]);
  /** Waits until all changes up to a moment are in the archive. */
  const received = (moment: string): Promise<string> => {
    const seconds = String(Math.floor(Date.parse(moment) / 1000));
    const test = `[ "$(cat /archive/$(cat /archive/era)/until)" -gt ${seconds} ] && echo yes`;
    return ground.soon("changes come in", ["archive"], () => archive(test).catch(() => undefined));
  };
  const told = (pattern: RegExp): Promise<string> =>
    ground.soon(`a message like ${String(pattern)}`, ["watch"], () =>
      Promise.resolve(receiver.messages.map(({ text }) => text).find((text) => pattern.test(text))),
    );

  it("is kept from then on, without a restart of PostgreSQL", async () => {
    const stored = (): Promise<string | undefined> => archive("cat /archive/stored").catch(() => undefined);
    await ground.soon("a point in time to recover to", ["archive"], stored);
    assert.equal(await server(), former);
    assert.equal((await archive("cat /backups/bases.jsonl")).match(/"result":"passed"/g)?.length, 1);
  });

  it("is told of where the archiver was killed", async () => {
    const container = ground.container("archive");
    process.kill((await inspect(container)).State.Pid, "SIGSTOP");
    await sleep(500);
    // As if that had been two minutes ago.
    await archive("cd /archive/$(cat /archive/era) && echo $(($(date +%s) - 120)) >until");
    await docker(["kill", container]);
    await told(/❌ .*: the archive has had none of the database's changes for more than 1 min\*\n→ Until it goes on/);
    await docker(["start", container]);
  });

  it("comes back as it was: rows that were destroyed are there, later ones are not", async () => {
    await sql("CREATE TABLE ledger AS SELECT n FROM generate_series(1, 1000) n");
    await sleep(200);
    const moment = new Date().toISOString();
    await sleep(200);
    await sql("DELETE FROM ledger WHERE n > 10; CREATE TABLE later AS SELECT n FROM generate_series(1, 5) n");

    const outside = await socle(["restore", "--at", "2020-01-01T00:00Z", "--yes"], false);
    assert.equal(outside.code, 1);
    const period = /\d{4}-\d\d-\d\dT[\d:]{8}Z to \d{4}-\d\d-\d\dT[\d:]{8}Z/;
    assert.match(
      outside.stderr,
      /cannot be brought back to 2020-01-01T00:00:00\.000Z; nothing was changed\. It can to/,
    );
    assert.match(outside.stderr, period);

    // The archiver was killed a moment ago.
    await received(moment);

    // Where it is killed, nothing has changed, and nothing is left of it.
    const recovery = `${ground.stack.prefix}-restore`;
    const killed = socle(["restore", "--at", moment, "--yes"], false);
    const kill = async (): Promise<boolean> => (await run("docker", ["kill", recovery], { check: false })).code === 0;
    await until("a recovery is under way", 60, kill, 0.05);
    const { code, stderr: said } = await killed;
    assert.equal(code, 1);
    assert.match(said, /restore: FAILED\./);
    assert.equal(await sql("SELECT count(*) FROM ledger"), "10");
    assert.equal(await archive("ls /backups | grep recover || true"), "", "nothing is left of it");

    const { stdout, stderr } = await socle(["restore", "--at", moment, "--yes", "--json"]);
    assert.match(stderr, new RegExp(`The database as it was at ${moment} would take the place of the database of`));
    assert.match(stderr, /The media stay as they are\./);
    assert.match(stderr, /Lost would be[^]* 5 {2}public\.later\n/);
    assert.equal((JSON.parse(stdout) as { restored: string }).restored, moment);
    assert.equal(await sql("SELECT count(*) FROM ledger"), "1000");
    assert.equal(await sql("SELECT to_regclass('later') IS NULL"), "t");
    const databases = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate";
    assert.equal(await sql(databases), "postgres site");
    assert.equal(await archive("ls /backups | grep recover || true"), "", "nothing is left of it");
    assert.equal((await ground.visitor().ask({ path: "/health/" })).status, 200, "the site is open");
    await sql("DROP TABLE ledger");
    assert.match((await socle(["status"], false)).stdout, new RegExp(`Recoverable +${period.source}`));
    await told(/✅ .*: well again: the archive has had none/);
  });

  it("fault 14: stops on a disk that is nearly full and says so, while the database works on; then it goes on", async () => {
    const container = ground.container("archive");
    const disk = await SmallDisk.under(container, `${ground.stack.prefix}-archive`, 400);
    try {
      await received(new Date().toISOString());
      receiver.messages.splice(0);
      await disk.fill();
      const stopped = async (): Promise<boolean> =>
        (await run("docker", ["logs", "--since", "1m", container])).stderr.includes("until there is room");
      await ground.soon("it stops", ["archive"], stopped);
      // As if that had been two minutes ago; there is no room but where the same stood.
      await archive("cd /archive/$(cat /archive/era) && echo $(($(date +%s) - 120)) | dd of=until conv=notrunc 2>&1");
      await told(/❌ .*: the archive has had none of the database's changes for more than 1 min/);
      assert.equal(await sql("CREATE TABLE meanwhile AS SELECT 1 AS n; SELECT n FROM meanwhile"), "1");
      await disk.empty();
      await received(new Date().toISOString());
      // Where the disk was full for more than a minute, the repository is behind for a while after the archive.
      await told(/✅ .*: well again: the (archive|repository) has had none/);
    } finally {
      await disk.remove();
      await sql("DROP TABLE IF EXISTS meanwhile");
    }
  });

  it("has no upgrade of PostgreSQL meanwhile: the moments before could not be recovered by the new one", async () => {
    const { code, stderr } = await socle(["upgrade", "postgres", "16", "--yes"], false);
    assert.equal(code, 1);
    assert.match(stderr, /postgres\.pitr/);
  });

  it("leaves nothing in the database when it is switched off, again without a restart", async () => {
    // As an `up` does it: first the container goes, then what it was let to.
    await docker(["stop", ground.container("archive")]);
    await docker(["rm", "--volumes", ground.container("archive")]);
    await run("sh", ["-c", await ground.command("archive-access", "delete")], {
      directory: project,
      environment: ground.stack.environment(),
    });
    assert.equal(await server(), former);
    assert.equal(await sql("SELECT count(*) FROM pg_replication_slots"), "0");
    assert.equal(await sql("SELECT count(*) FROM pg_roles WHERE rolreplication AND rolname <> 'postgres'"), "0");
    assert.equal(await sql("SHOW max_slot_wal_keep_size"), "-1");
    assert.equal(
      await sql("SELECT count(*) FROM pg_hba_file_rules WHERE 'replication' = ANY (database) AND address = 'samenet'"),
      "0",
    );
    // As docs/backups.md lets the moments go that were stored; a prune takes what they needed.
    const restic = (...words: string[]): Promise<Result> =>
      socle(["exec", "backup", "--", "/tools/restic", "--quiet", ...words]);
    await restic("forget", "--tag", "base", "--tag", "wal", "--unsafe-allow-remove-all", "--prune");
    assert.equal((await restic("snapshots", "--tag", "base", "--tag", "wal", "--json")).stdout.trim(), "[]");
  });
});
