// An upgrade of PostgreSQL on a real engine: what is refused, taken over, given up and cut off.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { readFindings } from "../../operations/upgrade/findings.ts";
import type { Arguments } from "../../connection/arguments.ts";
import { docker, Folder, runScript, scripts } from "./machine.ts";

const stack = `socle-test-${randomBytes(4).toString("hex")}`;
const label = `socle.stack=${stack}`;
const volume = `${stack}-postgres-16`;

describe("an upgrade of PostgreSQL on a host", function () {
  this.timeout(300_000);
  const folder = new Folder();
  const environment = { SOCLE_STATE: folder.path };
  const state = join(folder.path, stack, "upgrade");
  const script = (name: string, given: Arguments): { status: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = runScript(name, given, { environment });
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  };
  const upgrade = { stack, database: "shop", image: "postgres:16", volume };
  const plan = () => readFindings(script("upgrade/plan.sh", upgrade).stdout);
  const prepare = () => script("upgrade/prepare.sh", { ...upgrade, memory: "256" });
  const version = (name: string, major: string, image: string) =>
    script("postgres/version.sh", { stack, volume: name, version: major, image });
  const psql = (words: string[], container = `${stack}-postgres`): string =>
    docker("exec", container, "psql", "-XAtq", "--set=ON_ERROR_STOP=1", "-U", "postgres", ...words);
  const sql = (query: string): string => psql(["-d", "shop", "-c", query]);
  const server = (image: string, data: string): void => {
    docker(
      ...["run", "--detach", "--name", `${stack}-postgres`, "--label", label, "--user", "999:999"],
      ...["--network", `${stack}-data`, "--network-alias", "postgres", "--stop-signal", "SIGINT"],
      ...["--env", "POSTGRES_PASSWORD_FILE=/run/socle/password"],
      ...["--env", "POSTGRES_INITDB_ARGS=--data-checksums --auth-host=scram-sha-256 --auth-local=trust"],
      ...["--mount", `type=volume,source=${data},target=/var/lib/postgresql/data`],
      ...["--mount", `type=volume,source=${stack}-postgres-secrets,target=/run/socle,readonly`],
      image,
    );
    for (let tries = 0; ; tries += 1)
      try {
        // The server that makes the cluster listens on no address.
        docker("exec", `${stack}-postgres`, "pg_isready", "--quiet", "--host=127.0.0.1");
        return;
      } catch (error) {
        if (tries === 120) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
      }
  };
  const files = (name: string, ...entries: [string, string | Buffer][]): void => {
    const input = entries
      .map(([file, content]) => `${file} 0444 ${Buffer.from(content).toString("base64")}\n`)
      .join("");
    const { status } = runScript("volume-files.sh", [name, "postgres:15", "999:999", "all"], { input, environment });
    assert.equal(status, 0);
  };

  before(() => {
    docker("network", "create", "--internal", "--label", label, `${stack}-data`);
    for (const purpose of ["postgres", "postgres-secrets", "backup-tools"])
      docker("volume", "create", "--label", label, `${stack}-${purpose}`);
    files(`${stack}-postgres-secrets`, ["password", "it's $secret"]);
    files(`${stack}-backup-tools`, ["counts.sql", readFileSync(join(scripts, "backup", "counts.sql"))]);
    server("postgres:15", `${stack}-postgres`);
    psql(["-c", "CREATE ROLE shop NOLOGIN", "-c", "CREATE ROLE shop_a LOGIN PASSWORD 'hidden' IN ROLE shop"]);
    psql(["-c", "ALTER ROLE shop_a SET role TO shop", "-c", "CREATE DATABASE shop OWNER shop"]);
    psql(["-c", "ALTER DATABASE shop SET statement_timeout TO '90s'", "-c", "REVOKE ALL ON DATABASE shop FROM PUBLIC"]);
    sql("CREATE TABLE item (id bigserial PRIMARY KEY, name text); ALTER TABLE item OWNER TO shop");
    sql("INSERT INTO item (name) SELECT md5(n::text) FROM generate_series(1, 5000) n");
    docker(
      "run",
      "--detach",
      "--name",
      `${stack}-worker`,
      "--label",
      label,
      "--label",
      "socle.service=worker",
      "--stop-signal=SIGKILL",
      "--entrypoint=sleep",
      "postgres:15",
      "3600",
    );
  });
  after(() => {
    const all = (...words: string[]): string[] =>
      docker(...words, "--quiet", "--filter", `label=${label}`)
        .split("\n")
        .filter(Boolean);
    for (const id of all("ps", "--all")) docker("rm", "--force", "--volumes", id);
    for (const id of all("volume", "ls")) docker("volume", "rm", id);
    for (const id of all("network", "ls")) docker("network", "rm", id);
    folder.remove();
  });

  it("is planned: versions, sizes, and what cannot be taken over", () => {
    const { serving, wanted, size, free, databases, extensions, filled, begun } = plan();
    assert.deepEqual(
      { serving, wanted, databases, extensions, filled, begun },
      {
        serving: { volume: `${stack}-postgres`, version: 15 },
        wanted: 16,
        databases: [],
        extensions: [],
        filled: false,
        begun: undefined,
      },
    );
    assert.ok(size > 5_000_000 && free > size);
    sql("CREATE EXTENSION pg_trgm");
    psql(["-c", "CREATE DATABASE other"]);
    assert.deepEqual([plan().extensions, plan().databases], [["pg_trgm"], ["other"]]);
    sql("DROP EXTENSION pg_trgm");
    psql(["-c", "DROP DATABASE other"]);
  });

  it("is refused by a version in the settings alone, and by another volume alone", () => {
    const other = version(`${stack}-postgres`, "16", "postgres:16");
    assert.equal(other.status, 1);
    assert.match(
      other.stderr,
      /was written by PostgreSQL 15, and 16 is asked for; the database was not touched\.\n\s+→ Set postgres\.version back to 15/,
    );
    docker("volume", "create", "--label", label, volume);
    const empty = version(volume, "16", "postgres:16");
    assert.match(empty.stderr, new RegExp(`volume ${volume} is empty, and the data lies in ${stack}-postgres; `));
    assert.equal(version(`${stack}-postgres`, "15", "postgres:15").status, 0);
    docker("volume", "rm", volume);
  });

  it("that fails leaves the former server as it was, and nothing of its own", () => {
    assert.equal(prepare().status, 0);
    // A role that the new server has already is as good as anything that may go wrong.
    psql(["-c", "CREATE ROLE shop"], `${stack}-upgrade`);
    const { status, stderr } = script("upgrade/copy.sh", [stack, "shop"]);
    assert.notEqual(status, 0);
    assert.match(stderr, /role "shop" already exists[\s\S]*upgrade: FAILED\. The former PostgreSQL serves as before\./);
    assert.equal(psql(["-c", "SELECT datconnlimit FROM pg_database WHERE datname = 'shop'"]), "-1");
    assert.equal(docker("inspect", "--format", "{{.State.Running}}", `${stack}-worker`), "true");
    assert.equal(docker("ps", "--all", "--quiet", "--filter", `name=${stack}-upgrade`), "");
    assert.equal(docker("volume", "ls", "--quiet", "--filter", `name=${volume}`), "");
    assert.ok(!existsSync(state));
  });

  it("that is killed is not served by anybody, and begins anew: roles, rights, settings and rows are taken over", async () => {
    assert.equal(prepare().status, 0);
    const killed = spawn("sh", [join(scripts, "run.sh"), "upgrade/copy.sh", stack, "shop"], {
      env: { ...process.env, ...environment },
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await new Promise<void>((resolve) => {
      killed.stderr.on("data", (said: Buffer) => {
        if (String(said).includes("dumping")) resolve();
      });
    });
    process.kill(-(killed.pid ?? 0), "SIGKILL");
    await new Promise((resolve) => killed.on("close", resolve));
    assert.match(
      version(volume, "16", "postgres:16").stderr,
      /was cut off; the database was not touched\.\n\s+→ Run it again/,
    );
    assert.deepEqual(plan().begun, { volume, former: `${stack}-postgres`, verified: false });
    assert.throws(() => psql(["-d", "shop", "-U", "shop_a", "-c", "SELECT 1"]), /too many connections/);

    assert.equal(prepare().status, 0);
    const { status, stdout, stderr } = script("upgrade/copy.sh", [stack, "shop"]);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, "1 5000\n");
    assert.equal(version(volume, "16", "postgres:16").status, 0);
    assert.throws(() => psql(["-d", "shop", "-U", "shop_a", "-c", "SELECT 1"]), /too many connections/);
    assert.equal(docker("inspect", "--format", "{{.State.Running}}", `${stack}-worker`), "false");

    // As `pulumi up` does.
    docker("stop", `${stack}-postgres`);
    docker("rm", `${stack}-postgres`);
    server("postgres:16", volume);
    assert.equal(script("upgrade/finish.sh", [stack, "shop"]).status, 0);
    assert.equal(docker("inspect", "--format", "{{.State.Running}}", `${stack}-worker`), "true");
    assert.match(sql("SHOW server_version"), /^16\./);
    assert.equal(sql("SHOW data_checksums"), "on");
    assert.equal(
      sql("SELECT sum(id) || ' ' || min(name) FROM item WHERE name = md5(id::text)"),
      "12502500 0004d0b59e19461ff126e3a08a814c33",
    );
    assert.equal(
      sql("SELECT nextval('item_id_seq') || ' ' || (SELECT datconnlimit FROM pg_database WHERE datname = 'shop')"),
      "5001 -1",
    );
    assert.equal(sql("SELECT reltuples FROM pg_class WHERE relname = 'item'"), "5000");
    const own = [
      "exec",
      "--env",
      "PGPASSWORD=hidden",
      `${stack}-postgres`,
      "psql",
      "-XAtq",
      "-h",
      "postgres",
      "-U",
      "shop_a",
      "-d",
      "shop",
      "-c",
    ];
    assert.equal(docker(...own, "SELECT current_user || ' ' || current_setting('statement_timeout')"), "shop 90s");
    assert.ok(!existsSync(state));
  });

  it("keeps the former data: it can be served again", () => {
    docker("rm", "--force", "--volumes", `${stack}-postgres`);
    server("postgres:15", `${stack}-postgres`);
    assert.equal(psql(["-d", "shop", "-U", "shop_a", "-c", "SELECT count(*) FROM item"]), "5000");
  });
});
