// A stack that gets another one's data, without a person in it; and raw data, which no way brings there.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { stat, truncate } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { Evidence } from "../../policies/evidence/evidence.ts";
import { docker, lines, run, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { changingSite } from "./local-site.ts";
import { Operator } from "../lab/operator.ts";
import { pdf } from "../lab/pdf.ts";
import { LocalSite } from "../lab/running-site.ts";
import { sampleSite } from "../lab/stack.ts";
import type { Copy } from "../lab/visitor.ts";

describe("a stack that is filled with another one's data", function () {
  this.timeout(180_000);
  let staging: LocalSite | undefined;
  let uploaded: Copy | undefined;
  // Before the site goes whose state it shares.
  after(async () => {
    await staging?.remove();
    await sql(site(), "DELETE FROM django_session WHERE session_key LIKE 'many-%'");
    await sql(site(), "UPDATE auth_user SET first_name = '', last_name = '', email = 'admin@example.org'");
    if (uploaded) {
      await sql(site(), `DELETE FROM copies_copy WHERE id = '${uploaded.id}'`);
      await docker(["exec", site().container("backend"), "rm", "-f", `/srv${uploaded.url}`]);
    }
    const { data: _, ...settings } = site().stack.settings;
    await site().stack.replace(settings);
  });
  const site = changingSite.use();
  const target = (): LocalSite => {
    assert.ok(staging);
    return staging;
  };
  const sql = (of: LocalSite, query: string): Promise<string> =>
    docker(["exec", of.container("postgres"), "psql", "-XAtq", "-U", "postgres", "-d", "site", "-c", query]);
  const socle = (words: string[], check = true): Promise<Result> =>
    new Operator(target().stack).socle(words, { timeoutSeconds: 120, check });
  const refresh = (...words: string[]): Promise<Result> =>
    socle(["refresh", target().stack.name, "--from", site().stack.name, ...words], false);

  before(async () => {
    const visitor = await site().administrator();
    uploaded = await visitor.upload(pdf(2));
    await sql(
      site(),
      "UPDATE auth_user SET first_name = 'Apolline', last_name = 'Vandermeersch', email = 'apolline@vandermeersch.fr'",
    );
    // More than a pipe holds: what reads only the beginning of a dump cuts it off.
    await sql(
      site(),
      "INSERT INTO django_session SELECT 'many-' || n, repeat(md5(random()::text), 20), now() FROM generate_series(1, 2000) n",
    );
    await new Operator(site().stack).socle(["backup", "now"], { timeoutSeconds: 120 });
    const { application, superuser } = sampleSite("socle-example-site:dev");
    const off = { enabled: false };
    staging = await LocalSite.create(
      { application, superuser, worker: off, beat: off, release: { hold: 0 }, data: { keepOnDestroy: false } },
      {},
      site().stack,
    );
    await staging.up();
  });

  it("D9: raw data does not come: neither without rules, nor as a dump", async () => {
    const unruled = await refresh("--plan");
    assert.equal(unruled.code, 1);
    assert.match(
      unruled.stderr,
      /has no rules by which its data may leave it\.\n\s+→ Name a file of them under data\.anonymise/,
    );
    const dump = join(site().stack.folder, "raw.dump");
    const backup = site().container("backup");
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
    assert.equal(await sql(target(), "SELECT count(*) FROM copies_copy"), "0");
  });

  it("fault 25: killed while it is put in place, leaves what serves as it was, and can be run again", async () => {
    await site().stack.configure({ data: { anonymise: "examples/anonymise.yaml" } });
    const attempt = refresh("--yes");
    const container = `${target().stack.prefix}-restore`;
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
    assert.equal(await sql(target(), "SELECT count(*) FROM copies_copy"), "0");
    await until("it serves", 30, async () => (await target().visitor().ask({ path: "/health/" })).status === 200);
    const left = await docker(["exec", site().container("backup"), "ls", "-A", "/backups"]);
    assert.doesNotMatch(left, /anonymised?$/m, "nothing is left where the data comes from");
  });

  it("fault 25: cut off on the way, is refused whole: what serves is as it was", async () => {
    const volume = await docker(["volume", "inspect", "--format", "{{.Mountpoint}}", `${site().stack.prefix}-backups`]);
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
    assert.equal(await sql(target(), "SELECT count(*) FROM copies_copy"), "0");
    await until("it serves", 30, async () => (await target().visitor().ask({ path: "/health/" })).status === 200);
  });

  it("D9: gets rows, sign-ins and files of nobody, and says how to go back", async () => {
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
    const people = await sql(
      target(),
      "SELECT first_name, last_name, email, username, left(password, 1) FROM auth_user",
    );
    for (const line of lines(people))
      assert.match(line, /^Q[a-z]{7}\|Q[a-z]{12}\|[a-p]{16}@example\.org\|user-[a-p]{16}\|!$/);
    assert.equal(await sql(target(), "SELECT count(*) FROM django_session"), "0");
    assert.equal(
      await sql(target(), "SELECT count(*) FROM copies_copy"),
      await sql(site(), "SELECT count(*) FROM copies_copy"),
    );
    const file = await sql(target(), "SELECT file FROM copies_copy LIMIT 1");
    assert.match(file, /^copies\/[a-p]{24}\.pdf$/);
    const media = await docker([
      "exec",
      target().container("backend"),
      "sh",
      "-c",
      "find /srv/media -type f -exec stat -c '%s %n' {} +",
    ]);
    assert.ok(lines(media).includes(`0 /srv/media/${file}`), media);
    await until("it serves", 30, async () => (await target().visitor().ask({ path: "/health/" })).status === 200);
    assert.equal(
      await target()
        .visitor()
        .signIn("admin", target().output.adminPassword ?? ""),
      401,
    );
    const evidence = await Evidence.read(join(site().stack.folder, "evidence"));
    const [found] = evidence.find({ policy: "EVD-10", stack: target().stack.prefix });
    assert.deepEqual(
      [found?.result, found?.details["from"], found?.details["hits"]],
      ["passed", site().stack.prefix, 0],
    );
    assert.ok(existsSync(join(site().stack.folder, "evidence", "refreshes.jsonl")));
    const locks = ["/tools/restic", "--quiet", "--no-lock", "list", "locks"];
    assert.equal(
      await docker(["exec", site().container("backup"), ...locks]),
      "",
      "no lock is left where it comes from",
    );
  });
});
