// Roles of a PostgreSQL whose data is older than the stack's state: as an `up` finds it after the state was lost.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { until } from "../lab/deadline.ts";
import { docker, runScript, scripts } from "./machine.ts";

describe("postgres/database.sh", function () {
  this.timeout(300_000);
  const server = `socle-test-${randomBytes(4).toString("hex")}-postgres`;

  before(() => {
    docker(
      ...["run", "--detach", "--name", server, "--network=none", "--env=POSTGRES_PASSWORD=before"],
      ...["--env=POSTGRES_INITDB_ARGS=--auth-host=scram-sha-256 --auth-local=trust", "postgres:15"],
    );
    // The server that makes the cluster is another process than the one that stays.
    const ready =
      'until read -r name </proc/1/comm && [ "$name" = postgres ] && pg_isready -q -h 127.0.0.1; do sleep 0.2; done';
    docker("exec", server, "timeout", "60", "sh", "-c", ready);
  });
  after(() => {
    docker("rm", "--force", "--volumes", server);
  });

  const logsIn = (role: string, password: string): boolean => {
    const psql = ["psql", "-XAtq", "-h", "127.0.0.1", "-U", role, "-d", "postgres", "-c", "SELECT 1"];
    return spawnSync("docker", ["exec", "--env", `PGPASSWORD=${password}`, server, ...psql]).status === 0;
  };

  const sql = readFileSync(join(scripts, "postgres", "database.sql"), "utf8");
  /** @param seconds that the other login's password goes on */
  const set = (generation: string, [login, other] = ["shop_a", "shop_b"], seconds = 60): void => {
    const input = ["password", "backup_password", "superuser_password"]
      .map((name) => `\\set ${name} '${name} ${generation}'\n`)
      .join("");
    const words = {
      ...{ container: server, database: "shop", owner: "shop", login, previous: other },
      ...{ seconds: String(seconds), backup: "shop_backup" },
    };
    const { status, stderr } = runScript("postgres/database.sh", words, { input: `${input}${sql}` });
    assert.deepEqual([status, stderr.toString()], [0, ""]);
  };

  it("gives logins, backups and the superuser the passwords that the stack has now", () => {
    assert.ok(logsIn("postgres", "before"));
    for (const generation of ["first", "second"]) set(generation);
    for (const [role, name] of [
      ["postgres", "superuser_password"],
      ["shop_a", "password"],
      ["shop_backup", "backup_password"],
    ] as const) {
      assert.ok(logsIn(role, `${name} second`), role);
      assert.ok(!logsIn(role, `${name} first`), role);
    }
  });

  it("lets the login of the generation before in for the time of the handover, and no longer", async () => {
    const former = (): boolean => logsIn("shop_a", "password second");
    set("third", ["shop_b", "shop_a"], 5);
    assert.ok(former() && logsIn("shop_b", "password third"));
    await until("its time is over", 30, () => Promise.resolve(!former()));
    // A deployment that changes nothing gives it no further time, and the next rotation a new one.
    set("third", ["shop_b", "shop_a"], 5);
    assert.ok(!former());
    set("fourth", ["shop_a", "shop_b"], 60);
    assert.ok(logsIn("shop_a", "password fourth") && logsIn("shop_b", "password third"));
  });
});
