// A database that moves in from elsewhere: dumps of each form, a server that is asked for one, and what is refused.
import assert from "node:assert/strict";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { docker, run } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { Ground } from "../lab/ground.ts";
import { plainSite } from "../lab/plain-site.ts";

interface Report {
  form: string;
  extensions: string[];
  left: string[];
  tables: Record<string, number>;
  saved?: string;
}

describe("a database that moves in", function () {
  this.timeout(300_000);
  let ground: Ground;
  after(() => Ground.removeAll());
  before(async () => {
    ground = await Ground.of({ services: ["nginx", "backup"], sections: plainSite() });
    await ground.sql("CREATE TABLE note AS SELECT n FROM generate_series(1, 3) n; ALTER TABLE note OWNER TO site");
    // What another server had: roles of its own, a function, privileges, an extension.
    await sql("postgres", "CREATE ROLE former_owner; CREATE ROLE former_reader");
    await sql("postgres", "CREATE DATABASE elsewhere");
    const copy = "pg_dump -U postgres --no-owner site | psql -Xq -U postgres -d elsewhere";
    await docker(["exec", ground.container("postgres"), "sh", "-c", copy]);
    await sql(
      "elsewhere",
      `CREATE EXTENSION pgcrypto;
       CREATE TABLE moved (id int PRIMARY KEY, note text);
       INSERT INTO moved VALUES (1, E'GRANT ALL\\nALTER TABLE x OWNER TO y;'), (2, digest('a', 'sha256')::text);
       ALTER TABLE moved OWNER TO former_owner;
       GRANT SELECT ON moved TO former_reader;
       CREATE FUNCTION answer() RETURNS int LANGUAGE plpgsql AS $body$
BEGIN
RETURN 42;
GRANT SELECT ON moved TO nobody_here;
END $body$;`,
    );
  });
  const sql = (database: string, query: string): Promise<string> => ground.sql(query, database);
  const file = (name: string): string => join(ground.stack.folder, name);
  /** A dump of that other database, as its owner would make it. */
  const dump = async (name: string, options: string): Promise<string> => {
    const command = `docker exec ${ground.container("postgres")} pg_dump -U postgres ${options} elsewhere`;
    await run("sh", ["-c", `${command} >"$0"`, file(name)]);
    return file(name);
  };
  const imported = (source: string): Promise<Report> => ground.operator.json(["import", "database", source, "--yes"]);
  const untouched = async (): Promise<void> => {
    assert.equal(await sql("site", "SELECT to_regclass('moved') IS NULL"), "t", "the site's own database changed");
    assert.doesNotMatch(await docker(["exec", ground.container("backup"), "ls", "/backups"]), /import/);
  };
  /** The site works on with what came, all of which belongs to its own role; then it is as before. */
  const moved = async ({ saved = "" }: Report): Promise<void> => {
    assert.equal(
      await sql("site", "SELECT string_agg(note, ' ' ORDER BY id) LIKE E'GRANT ALL\\nALTER%' FROM moved"),
      "t",
    );
    assert.equal(await sql("site", "SELECT answer() = 42"), "t", "a body of a function is as it was");
    const owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
    assert.equal(await sql("site", owners), "site");
    assert.equal(await sql("site", "SELECT has_table_privilege('former_reader', 'moved', 'SELECT')"), "f");
    assert.equal((await ground.visitor().ask({ path: "/health/" })).status, 200, "the site is open");
    await ground.operator.socle(["restore", saved, "--only", "database", "--yes"]);
    await untouched();
  };

  it("E2: a custom dump: the plan tells what would come; then owners are mapped and rows counted", async () => {
    const source = await dump("site.dump", "--format=custom");
    const plan = await ground.operator.socle(["import", "database", source, "--plan"]);
    assert.match(plan.stdout, /custom dump of PostgreSQL 15/);
    assert.match(plan.stdout, /Extensions: pgcrypto/);
    assert.match(plan.stdout, /public\.moved +2 +0\n/);
    await untouched();
    const unasked = await ground.operator.socle(["import", "database", source], { check: false });
    assert.match(unasked.stderr, /Add --yes/);
    const report = await imported(source);
    assert.equal(report.tables["public.moved"], 2);
    await moved(report);
  });

  it("E2: a plain dump in gzip: what belongs to the former server stays behind", async () => {
    const source = await dump("site.sql", "--format=plain --create");
    await run("gzip", [source]);
    const report = await imported(`${source}.gz`);
    assert.equal(report.form, "plain");
    assert.ok(report.left.includes("connection to another database"), report.left.join());
    await moved(report);
  });

  it("E2: a server that is asked for its database; no password is on a command line", async () => {
    const { Config } = JSON.parse(
      (await docker(["inspect", ground.container("postgres"), "--format", "{{json .}}"])) || "{}",
    ) as { Config: { Image: string } };
    const elsewhere = `${ground.stack.prefix}-elsewhere`;
    await docker([
      "run",
      "--detach",
      "--rm",
      "--name",
      elsewhere,
      "--env",
      "POSTGRES_PASSWORD=it's a secret",
      Config.Image,
    ]);
    try {
      const source = await dump("server.sql", "--format=plain --no-owner --no-privileges");
      await until("the other server answers", 60, async () => {
        const words = ["exec", elsewhere, "psql", "-U", "postgres", "-h", "127.0.0.1", "-c", "SELECT 1"];
        return (await run("docker", words, { check: false, environment: {} })).code === 0;
      });
      await run("docker", ["exec", "-i", elsewhere, "psql", "-Xq", "-U", "postgres"], {
        input: await readFile(source, "utf8"),
      });
      const address = await docker([
        "inspect",
        elsewhere,
        "--format",
        "{{.NetworkSettings.Networks.bridge.IPAddress}}",
      ]);
      const url = (password: string): string => `postgres://postgres:${password}@${address.trim()}/postgres`;
      const refused = await ground.operator.socle(["import", "database", url("wrong"), "--yes"], { check: false });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /password authentication failed[^]*nothing was changed/);
      await untouched();
      await moved(await imported(url(encodeURIComponent("it's a secret"))));
    } finally {
      await docker(["rm", "--force", "--volumes", elsewhere]);
    }
  });

  it("E2: uploaded files: new ones come, what is there stays unless told, links do not", async () => {
    const backend = ground.container("backend");
    const inMedia = (script: string): Promise<string> =>
      docker(["exec", backend, "sh", "-euc", `cd /srv/media; ${script}`]);
    await inMedia("mkdir -p imported; printf here >imported/both.txt; printf same >imported/same.txt");
    const folder = file("media");
    await mkdir(join(folder, "imported", "deep"), { recursive: true });
    const files = { "both.txt": "there", "same.txt": "same", "deep/it's new.txt": "new" };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, "imported", name), content);
    await symlink("/etc/passwd", join(folder, "imported", "link"));
    const { stdout } = await ground.operator.socle(["import", "media", folder, "--plan"]);
    assert.match(stdout, /3 files[^]*1 are new[^]*1 are there already, the same[^]*imported\/both\.txt[^]*1 are links/);
    assert.equal(
      await inMedia("ls -A imported; ls -A | grep -c import"),
      "both.txt\nsame.txt\n1",
      "a plan changes nothing",
    );
    await ground.operator.socle(["import", "media", folder, "--yes"]);
    assert.equal(await inMedia("cat imported/both.txt 'imported/deep/it'\\''s new.txt'"), "herenew");
    const archive = file("media.tar.gz");
    await run("tar", ["-czf", archive, "-C", folder, "."]);
    const again = await ground.operator.json<{ taken: number; saved: string }>([
      "import",
      "media",
      archive,
      "--overwrite",
      "--yes",
    ]);
    assert.equal(again.taken, 1);
    assert.match(again.saved, /^[0-9a-f]{8}/);
    assert.equal(await inMedia("cat imported/both.txt; ls -A imported | tr '\\n' ' '"), "thereboth.txt deep same.txt");
    await writeFile(file("part.tar.gz"), (await readFile(archive)).subarray(0, 80));
    const part = await ground.operator.socle(["import", "media", file("part.tar.gz"), "--yes"], { check: false });
    assert.equal(part.code, 1);
    await inMedia("rm -r imported; ! ls -A | grep import");
  });

  it("refuses what is no dump, a part of one, one of a newer pg_dump, and one that needs what is not there", async () => {
    const custom = await readFile(await dump("whole.dump", "--format=custom"));
    const plain = await readFile(await dump("whole.sql", "--format=plain"), "utf8");
    const newer = Buffer.from(custom);
    // Bytes 6 and 7 are the archive's version: 1.14 is PostgreSQL 15's.
    newer[6] = 99;
    const cases: [string, Buffer | string, RegExp][] = [
      ["other.dump", "These are not the rows you are looking for.", /this is no dump of PostgreSQL/],
      ["empty.dump", "", /the file is empty/],
      ["part.sql", plain.slice(0, plain.length / 2), /the dump is cut off/],
      ["part.dump", custom.subarray(0, custom.length / 2), /could not|unexpected end|no dump/],
      ["newer.dump", newer, /newer than PostgreSQL 15[^]*--format=plain/],
      ["command.sql", plain.replace("CREATE TABLE", "\\! touch /tmp/x\nCREATE TABLE"), /a command of psql/],
      [
        "needs.sql",
        plain.replace("CREATE EXTENSION IF NOT EXISTS pgcrypto", "CREATE EXTENSION postgis"),
        /postgis; nothing/,
      ],
    ];
    for (const [name, content, message] of cases) {
      await writeFile(file(name), content);
      const { code, stderr } = await ground.operator.socle(["import", "database", file(name), "--yes"], {
        check: false,
      });
      assert.equal(code, 1, name);
      assert.match(stderr, message, name);
      await untouched();
    }
  });
});
