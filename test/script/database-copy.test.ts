// Copies of a database that must not count, or go too far: a dump without all rows, a copy that was not made, a dump of
// elsewhere, a restore that could not save what it replaces. One container is the server, and what works on it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

import { after, before, describe, it } from "mocha";

import { docker, runScript } from "./machine.ts";
import { type Ended, SourceMachine } from "./source-machine.ts";

describe("a copy of a database", function () {
  this.timeout(300_000);
  let machine: SourceMachine;
  let stack: string;
  before(() => {
    // Of it only the tools are needed.
    machine = new SourceMachine();
    stack = `${machine.name}-site`;
    docker(
      ...["run", "--detach", "--name", `${stack}-postgres`, "--network=none", "--add-host=postgres:127.0.0.1"],
      ...["--env=POSTGRES_PASSWORD=trial", "--tmpfs=/backups", "--tmpfs=/offsite", "--tmpfs=/media"],
      ...["--mount", `type=volume,source=${machine.name}-tools,target=/tools`],
      ...[`--env=STACK=${stack}`, "--env=RESTIC_REPOSITORY=/backups/repository", "--env=RESTIC_PASSWORD=trial"],
      ...["--env=KEEP_RELEASE=10", "--env=KEEP_SCHEDULED=--keep-daily 7", "--env=ARCHIVE_DAYS=", "postgres:15"],
    );
    // The server that makes the cluster is another process than the one that stays.
    sh(
      'until read -r name </proc/1/comm && [ "$name" = postgres ] && pg_isready -q -h 127.0.0.1; do sleep 0.2; done',
      "",
    );
    docker(
      "run",
      "--detach",
      "--name",
      `${stack}-backup`,
      "--network=none",
      "--entrypoint=sleep",
      "postgres:15",
      "600",
    );
    sh("sh /tools/open.sh; psql -q -U postgres", "CREATE ROLE shop; CREATE DATABASE shop; CREATE DATABASE taken_in;");
    sh("psql -q -U postgres -d shop", "CREATE TABLE thing (id int); INSERT INTO thing VALUES (1), (2)");
  });
  after(() => {
    docker("rm", "--force", "--volumes", `${stack}-postgres`, `${stack}-backup`);
    machine.remove();
  });

  const run = (command: string, input = "", ...variables: string[]): Ended => {
    const words = variables.flatMap((variable) => ["--env", variable]);
    const program = ["exec", "--interactive", ...words, `${stack}-postgres`, "sh", "-euc", command];
    return spawnSync("docker", program, { input, encoding: "utf8", timeout: 60_000 });
  };
  const sh = (...words: [string, string?, ...string[]]): string => {
    const { status, stdout, stderr } = run(...words);
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };
  /** As the product has them in the container of the backups. */
  const place = ["PGHOST=127.0.0.1", "PGUSER=postgres", "PGDATABASE=shop", "PGPASSWORD=trial"];
  const backUp = (path = ""): Ended => run(`PATH="${path}$PATH" sh /tools/run.sh release`, "", ...place);
  const snapshots = (): string[] =>
    sh(`/tools/restic --quiet --no-lock snapshots --json | grep -o '"tags":\\["[a-z]*"' || true`)
      .split("\n")
      .filter(Boolean);

  it("is no backup where the dump lacks rows that the database has", () => {
    sh(`mkdir /tmp/bin
        printf '#!/bin/sh\\nexec %s --exclude-table-data=thing "$@"\\n' "$(command -v pg_dump)" >/tmp/bin/pg_dump
        chmod +x /tmp/bin/pg_dump`);
    const { status, stdout, stderr } = backUp("/tmp/bin:");
    assert.equal(status, 1, stderr);
    assert.match(stderr, /the dump does not hold the rows that the database has[^]*FAILED at: checking the dump/);
    assert.equal(stdout, "");
    assert.deepEqual(snapshots(), ['"tags":["incoming"'], "what was stored has no family");
    assert.equal(sh('sed -n \'s/.*"result":"\\([a-z]*\\)".*/\\1/p\' /backups/history.jsonl'), "failed");
  });

  it("counts once it is whole", () => {
    const { status, stdout, stderr } = backUp();
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^[0-9a-f]{8}\n$/);
    assert.deepEqual(snapshots(), ['"tags":["release"'], "what failed before is gone");
  });

  it("counts as copied elsewhere only once it is there", () => {
    const copy = (password: string): Ended =>
      run(
        "touch /offsite/checks.jsonl; sh /tools/copy.sh",
        "",
        ...["RESTIC_REPOSITORY=/offsite/repository", "RECORDS=/offsite", "RESTIC_CACHE_DIR=/offsite/cache"],
        `RESTIC_FROM_PASSWORD=${password}`,
      );
    sh("/tools/restic --quiet init", "", "RESTIC_REPOSITORY=/offsite/repository");
    const failed = copy("wrong");
    assert.notEqual(failed.status, 0);
    assert.match(failed.stderr, /FAILED at: copying/);
    assert.equal(sh("cat /offsite/copied 2>/dev/null || true"), "", "it is tried again");
    const made = copy("trial");
    assert.equal(made.status, 0, made.stderr);
    assert.equal(sh("cat /offsite/copied"), sh("sh /tools/uncopied.sh"));
  });

  for (const form of ["plain", "custom"])
    it(`of elsewhere, in ${form} form, belongs to the owner of the database, and was made by none above it`, () => {
      sh(
        "psql -q -U postgres -d postgres",
        "DROP DATABASE taken_in; CREATE DATABASE taken_in OWNER shop; \\c taken_in\nALTER SCHEMA public OWNER TO shop",
      );
      const dump = `pg_dump -U postgres --format=${form} shop | sh /tools/import.sh take token`;
      sh(
        `${dump}; sh /tools/import.sh inspect token >/dev/null; sh /tools/import.sh restore taken_in shop`,
        "trial\n",
        ...place,
      );
      const owner = "SELECT tableowner || ' ' || (SELECT count(*) FROM thing) FROM pg_tables WHERE tablename = 'thing'";
      assert.equal(sh(`psql -XAtq -U postgres -d taken_in -c "${owner}"`), "shop 2");
    });

  it("does not replace what could not be saved before", () => {
    // That container has no program that makes backups.
    const { status, stderr } = runScript("restore.sh", {
      stack,
      database: "shop",
      owner: "shop",
      snapshot: "latest",
      parts: "database",
    });
    assert.notEqual(status, 0);
    assert.match(stderr.toString(), /restore: saving the state before[^]*restore: FAILED\./);
    assert.doesNotMatch(stderr.toString(), /restoring the database/);
    const databases = "SELECT string_agg(datname, ' ' ORDER BY 1) FROM pg_database WHERE datname LIKE 'shop%'";
    assert.equal(sh(`psql -XAtq -U postgres -c "${databases}"`), "shop");
  });
});
