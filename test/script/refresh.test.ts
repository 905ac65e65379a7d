// A stack that gets another one's data, without a person in it; and raw data, which no way brings there.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { stat, truncate } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { Evidence } from "../../policies/evidence/evidence.ts";
import { docker, lines, run, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { Ground } from "../lab/ground.ts";
import { generated } from "../unit/components/engine.ts";

describe("a stack that is filled with another one's data", function () {
  this.timeout(420_000);
  let source: Ground;
  let target: Ground;
  after(() => Ground.removeAll());
  const socle = (words: string[], check = true): Promise<Result> => target.operator.socle(words, { check });
  const refresh = (...words: string[]): Promise<Result> =>
    socle(["refresh", target.stack.name, "--from", source.stack.name, ...words], false);

  before(async () => {
    const off = { worker: { enabled: false }, beat: { enabled: false }, frontend: undefined };
    source = await Ground.of({ services: ["backup", "migrate"], sections: off });
    target = await Ground.of({ services: ["nginx", "backup", "superuser-admin-1"], sections: off, beside: source });
    const volume = `type=volume,source=${source.stack.prefix}-media,target=/media`;
    const written = "mkdir /media/copies && echo someone >/media/copies/someone.pdf && chown -R 10001:10001 /media";
    await docker(["run", "--rm", "--mount", volume, "postgres:15", "sh", "-c", written]);
    // More sessions than a pipe holds: what reads only the beginning of a dump cuts it off.
    await source.sql(`
      INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff, is_active, date_joined)
        VALUES ('apolline', 'pbkdf2_sha256$1$a$a', 'Apolline', 'Vandermeersch', 'apolline@vandermeersch.fr', true, true, true, now());
      INSERT INTO copies_copy (id, owner_id, file, original_name, title, state, uploaded_at, processed_at, size, pages, sha256, reason)
        SELECT gen_random_uuid(), id, 'copies/someone.pdf', 'someone.pdf', 'someone', 'processed', now(), now(), 8, 2, repeat('a', 64), '' FROM auth_user;
      INSERT INTO django_session SELECT 'many-' || n, repeat(md5(random()::text), 20), now() FROM generate_series(1, 2000) n`);
    await source.operator.socle(["backup", "now"]);
  });
  const serves = async (): Promise<boolean> => (await target.visitor().ask({ path: "/health/" })).status === 200;

  it("D9: raw data does not come: neither without rules, nor as a dump", async () => {
    const unruled = await refresh("--plan");
    assert.equal(unruled.code, 1);
    assert.match(
      unruled.stderr,
      /has no rules by which its data may leave it\.\n\s+→ Name a file of them under data\.anonymise/,
    );
    const dump = join(source.stack.folder, "raw.dump");
    const backup = source.container("backup");
    await run("sh", [
      "-c",
      `docker exec ${backup} sh -c '/tools/restic --quiet dump $(sh /tools/newest.sh) /backups/work/database.dump' >"$0"`,
      dump,
    ]);
    const imported = await socle(["import", "database", dump, "--yes"], false);
    assert.equal(imported.code, 1);
    assert.match(
      imported.stderr,
      /the dump is of socle-e2e-[0-9a-f]+: data of one stack is never imported into another[^]*socle refresh/,
    );
    assert.equal(await target.sql("SELECT count(*) FROM copies_copy"), "0");
  });

  it("fault 25: killed while it is put in place, leaves what serves as it was, and can be run again", async () => {
    await source.stack.configure({ data: { anonymise: "examples/anonymise.yaml" } });
    const attempt = refresh("--yes");
    const container = `${target.stack.prefix}-restore`;
    // The one that restores beside what serves.
    await until(
      "the dump is being restored",
      90,
      async () => (await run("docker", ["kill", container], { check: false })).code === 0,
      0.05,
    );
    const { code, stderr } = await attempt;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /refresh: FAILED\. The state before is in backup/);
    assert.equal(await target.sql("SELECT count(*) FROM copies_copy"), "0");
    await until("it serves", 30, serves);
    const left = await docker(["exec", source.container("backup"), "ls", "-A", "/backups"]);
    assert.doesNotMatch(left, /anonymised?$/m, "nothing is left where the data comes from");
  });

  it("fault 25: cut off on the way, is refused whole: what serves is as it was", async () => {
    const volume = await docker(["volume", "inspect", "--format", "{{.Mountpoint}}", `${source.stack.prefix}-backups`]);
    const made = join(volume, "anonymised");
    const attempt = refresh("--yes");
    const cut = async (): Promise<boolean> => {
      // Written last.
      if (!existsSync(join(made, "token"))) return false;
      const { size } = await stat(join(made, "archive"));
      await truncate(join(made, "archive"), Math.floor(size / 2));
      return true;
    };
    await until("what is to be sent is there", 90, cut, 0.02);
    const { code, stderr } = await attempt;
    assert.equal(code, 1, stderr);
    assert.equal(await target.sql("SELECT count(*) FROM copies_copy"), "0");
    await until("it serves", 30, serves);
  });

  it("D9: gets rows, sign-ins and files of nobody, and says how to go back", async () => {
    const admin = (): Promise<number> => target.visitor().signIn("admin", generated("secrets-admin-password", "1", 40));
    assert.equal(await admin(), 200);
    const { code, stdout, stderr } = await refresh("--yes", "--json");
    assert.equal(code, 0, stderr);
    const said = JSON.parse(stdout) as {
      tables: Record<string, { changed: number; truncated: boolean }>;
      saved: string;
      files: number;
    };
    assert.ok(said.files >= 1);
    assert.deepEqual([said.tables["auth_user"]?.changed, said.tables["django_session"]?.truncated], [5, true]);
    assert.match(said.saved, /^[0-9a-f]{8}$/);
    const people = await target.sql("SELECT first_name, last_name, email, username, left(password, 1) FROM auth_user");
    for (const line of lines(people))
      assert.match(line, /^Q[a-z]{7}\|Q[a-z]{12}\|[a-p]{16}@example\.org\|user-[a-p]{16}\|!$/);
    assert.equal(await target.sql("SELECT count(*) FROM django_session"), "0");
    assert.equal(
      await target.sql("SELECT count(*) FROM copies_copy"),
      await source.sql("SELECT count(*) FROM copies_copy"),
    );
    const file = await target.sql("SELECT file FROM copies_copy LIMIT 1");
    assert.match(file, /^copies\/[a-p]{24}\.pdf$/);
    const media = await docker([
      "exec",
      target.container("backend"),
      "sh",
      "-c",
      "find /srv/media -type f -exec stat -c '%s %n' {} +",
    ]);
    assert.ok(lines(media).includes(`0 /srv/media/${file}`), media);
    await until("it serves", 30, serves);
    assert.equal(await admin(), 401);
    const evidence = await Evidence.read(join(source.stack.folder, "evidence"));
    const [found] = evidence.find({ policy: "EVD-10", stack: target.stack.prefix });
    assert.deepEqual(
      [found?.result, found?.details["from"], found?.details["hits"]],
      ["passed", source.stack.prefix, 0],
    );
    assert.ok(existsSync(join(source.stack.folder, "evidence", "refreshes.jsonl")));
    const locks = ["/tools/restic", "--quiet", "--no-lock", "list", "locks"];
    assert.equal(
      await docker(["exec", source.container("backup"), ...locks]),
      "",
      "no lock is left where it comes from",
    );
  });
});
