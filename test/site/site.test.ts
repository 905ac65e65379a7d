// The sample site's own tests, inside its image, against a real PostgreSQL and Redis.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { after, before, describe, it } from "mocha";

import { docker, run } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";

const image = "socle-example-site:dev";

describe("the sample site", function () {
  this.timeout(300_000);
  const name = `socle-site-${randomBytes(4).toString("hex")}`;
  const password = randomBytes(16).toString("hex");
  const server = (service: string, ...words: string[]): Promise<string> =>
    docker([
      "run",
      "--detach",
      `--name=${name}-${service}`,
      `--network=${name}`,
      `--network-alias=${service}`,
      ...words,
    ]);

  before(async () => {
    await docker(["network", "create", "--internal", name]);
    await server("postgres", "--tmpfs=/var/lib/postgresql/data", `--env=POSTGRES_PASSWORD=${password}`, "postgres:15");
    await server("redis", "--tmpfs=/data", "redis:7", "redis-server", "--requirepass", password);
    await until("PostgreSQL of the site's tests", 60, async () => {
      const asked = ["exec", `${name}-postgres`, "pg_isready", "--quiet", "--host=127.0.0.1", "--username=postgres"];
      return (await run("docker", asked, { check: false })).code === 0;
    });
  });
  after(async () => {
    await docker(["rm", "--force", "--volumes", `${name}-postgres`, `${name}-redis`]);
    await docker(["network", "rm", name]);
  });

  it("passes its own tests as the user that it runs as, on a read-only file system", async () => {
    const variables = {
      SECRET_KEY: randomBytes(32).toString("hex"),
      ALLOWED_HOSTS: "localhost",
      DATABASE_URL: `postgresql://postgres:${password}@postgres:5432/postgres`,
      REDIS_URL: `redis://:${password}@redis:6379/1`,
      CELERY_BROKER_URL: `redis://:${password}@redis:6379/0`,
    };
    const environment = Object.keys(variables).map((key) => `--env=${key}`);
    const { code, stderr, stdout } = await run(
      "docker",
      [
        ...["run", "--rm", `--name=${name}-tests`, `--network=${name}`, "--read-only", "--tmpfs=/tmp:mode=1777"],
        ...["--tmpfs=/srv/static:uid=10001", "--tmpfs=/srv/media:uid=10001", ...environment, image],
        ...["python", "manage.py", "test", "--verbosity=1"],
      ],
      { environment: variables, timeoutSeconds: 240, check: false },
    );
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    const [, count = "0"] = /^Ran (\d+) tests/m.exec(stderr) ?? [];
    assert.ok(Number(count) >= 20, `only ${count} tests ran:\n${stderr}`);
  });
});
