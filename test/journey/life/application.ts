// Backend, worker and beat of a running stack: what they run, what they are told, what they may do.
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";

import { docker, lines } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";
import { type Container, firstProcess, inspect, isWell, processFile, within } from "../../lab/engine.ts";
import type { LocalSite } from "../../lab/running-site.ts";
import { ownSecrets, ownVariables } from "../settings.ts";
import { pdf } from "../../lab/pdf.ts";

const fromTheImage = ["backend", "worker", "beat"];
const everything = [...fromTheImage, "postgres", "redis", "nginx"];

export function application(site: () => LocalSite): void {
  describe("application of a local stack", function () {
    this.timeout(300_000);
    let described: Record<string, Container> = {};
    let secrets: Record<string, string> = {};
    before(async () => {
      secrets = await site().stack.secrets();
      const entries = everything.map(async (service) => [service, await inspect(site().container(service))] as const);
      described = Object.fromEntries(await Promise.all(entries));
    });
    const mounts = (service: string): Record<string, string> =>
      Object.fromEntries((described[service]?.Mounts ?? []).map(({ Name, Destination }) => [Destination, Name]));
    /** What the first process of a container was started with, read as its own user. */
    const environment = async (service: string): Promise<Record<string, string>> => {
      const { stdout } = await within(site().container(service), ["cat", "/proc/1/environ"]);
      const entries = stdout
        .split("\0")
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
      return Object.fromEntries(entries) as Record<string, string>;
    };

    it("A3: the server that was asked for is the first process, on port 8000 with its workers", async () => {
      const words = await firstProcess(site().container("backend"));
      assert.ok(
        words.some((word) => word.endsWith("/uvicorn")),
        words.join(" "),
      );
      for (const word of ["core.asgi:application", "--port=8000", "--workers=2"]) assert.ok(words.includes(word), word);
      const processes = lines(await docker(["top", site().container("backend"), "-o", "pid,args"]));
      assert.equal(processes.filter((line) => line.includes("spawn_main")).length, 2, processes.join("\n"));
    });

    it("A3: media and static files are in volumes", () => {
      const { prefix } = site().stack;
      assert.equal(mounts("backend")["/srv/media"], `${prefix}-media`);
      assert.equal(mounts("backend")["/srv/static"], `${prefix}-static`);
    });

    it("A4: one worker and exactly one beat, from the backend's image and with its media", async () => {
      assert.deepEqual(await site().containers("beat"), [site().container("beat")]);
      assert.deepEqual(await site().containers("worker"), [site().container("worker")]);
      for (const service of ["worker", "beat"]) {
        assert.equal(described[service]?.Image, described["backend"]?.Image);
        assert.equal(site().output.services[service]?.digest, site().output.services["backend"]?.digest);
        assert.equal(mounts(service)["/srv/media"], mounts("backend")["/srv/media"]);
      }
      assert.equal(site().output.services["backend"]?.digest, described["backend"]?.Image);
    });

    it("A4: what beat sends and what a visitor uploads is done by the worker", async () => {
      const visitor = await site().administrator();
      const { id, url } = await visitor.upload(pdf(3));
      const done = await until("the copy is processed", 30, async () => {
        const copy = await visitor.copy(id);
        return copy.state === "processed" && copy;
      });
      assert.equal(done.pages, 3);
      await within(site().container("worker"), ["test", "-s", url.replace("/media/", "/srv/media/")]);
      const total = async (): Promise<number> =>
        (JSON.parse((await visitor.ask({ path: "/api/traces/latest" })).body) as { total?: number }).total ?? 0;
      const before = await total();
      await until("another trace of beat", 20, async () => (await total()) > before);
    });

    it("A10: every setting reaches every process of the application", async () => {
      const { ["secrets-database-password"]: database = "", ["secrets-redis-password"]: redis = "" } = secrets;
      const wanted = {
        SECRET_KEY: secrets["secrets-secret-key-1"],
        DEBUG: "False",
        DJANGO_ENV: "dev",
        ALLOWED_HOSTS: "localhost",
        CSRF_TRUSTED_ORIGINS: site().visitor().origin,
        CORS_ALLOWED_ORIGINS: site().visitor().origin,
        DB_NAME: "site",
        DB_USER: "site_a",
        DB_PASSWORD: database,
        DATABASE_URL: `postgresql://site_a:${database}@postgres:5432/site`,
        CELERY_BROKER_URL: `redis://:${redis}@redis:6379/0`,
        REDIS_URL: `redis://:${redis}@redis:6379/1`,
        SSL_ENABLED: "True",
        SECURE_SSL_REDIRECT: "True",
        SESSION_COOKIE_SECURE: "True",
        CSRF_COOKIE_SECURE: "True",
        RATELIMIT_ENABLE: "True",
        SOCLE_RELEASE: site().output.release,
        ...ownVariables,
        ...ownSecrets,
      };
      for (const service of fromTheImage) {
        const told = await environment(service);
        for (const [name, value] of Object.entries(wanted)) assert.equal(told[name], value, `${service}: ${name}`);
      }
    });

    it("A10: docker inspect shows none of the secret ones, by name or value", () => {
      const names = [
        "SECRET_KEY",
        "DB_PASSWORD",
        "DATABASE_URL",
        "REDIS_URL",
        "CELERY_BROKER_URL",
        ...Object.keys(ownSecrets),
      ];
      for (const [service, { Config }] of Object.entries(described)) {
        const shown = Config.Env.map((line) => line.split("=")[0]);
        assert.deepEqual(
          shown.filter((name) => names.includes(name ?? "")),
          [],
          service,
        );
      }
      const text = JSON.stringify(described);
      for (const [name, value] of Object.entries(secrets))
        assert.ok(!text.includes(JSON.stringify(value).slice(1, -1)), name);
    });

    it("A11: generated secrets are long, each another, and outputs hide the administrator's", async () => {
      const generated = Object.entries(secrets).filter(([name]) => name.startsWith("secrets-"));
      const least = (name: string): number => (name.includes("secret-key") ? 50 : 32);
      for (const [name, value] of generated)
        assert.ok(value.length >= least(name), `${name}: ${value.length} characters`);
      assert.equal(new Set(generated.map(([, value]) => value)).size, generated.length);
      for (const purpose of ["secret-key-1", "database-password", "redis-password", "admin-password"])
        assert.ok(
          generated.some(([name]) => name === `secrets-${purpose}`),
          purpose,
        );
      const { stdout } = await site().stack.pulumi(["stack", "output"]);
      assert.match(stdout, /adminPassword +\[secret\]/);
      assert.equal(site().output.adminPassword, secrets["secrets-admin-password"]);
    });

    it("every container is healthy, limited, and may do nothing but its work", async () => {
      for (const [service, { Config, HostConfig }] of Object.entries(described)) {
        const container = site().container(service);
        assert.ok(await isWell(container), `${service} is not healthy`);
        assert.ok((Config.Healthcheck?.Test.length ?? 0) > 1, `${service}: health check`);
        assert.match(Config.User, /^[1-9]\d*:[1-9]\d*$/, `${service}: user`);
        assert.deepEqual(
          [
            HostConfig.ReadonlyRootfs,
            HostConfig.Privileged,
            HostConfig.CapDrop,
            HostConfig.CapAdd,
            HostConfig.SecurityOpt,
          ],
          [true, false, ["ALL"], null, ["no-new-privileges:true"]],
          service,
        );
        assert.ok(
          HostConfig.Memory > 0 && HostConfig.MemorySwap === HostConfig.Memory && HostConfig.NanoCpus > 0,
          `${service}: limits`,
        );
        assert.deepEqual(
          HostConfig.LogConfig,
          { Type: "json-file", Config: { "max-file": "5", "max-size": "10m" } },
          service,
        );
        assert.equal(HostConfig.RestartPolicy.Name, "unless-stopped", service);
        const attempt = await within(container, ["touch", "/written"], { check: false });
        assert.match(attempt.stderr, /Read-only file system/, service);
      }
    });

    it("the first process of every container has no capabilities and is not root", async () => {
      for (const service of everything) {
        const status = await processFile(site().container(service), "status");
        for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
          assert.match(status, new RegExp(`^${set}:\\t0+$`, "m"), `${service}: ${set}`);
        assert.match(status, /^NoNewPrivs:\t1$/m, service);
        assert.doesNotMatch(status, /^[UG]id:.*\t0\b/m, service);
      }
    });

    it("signals reach the program itself: it is the first process, not a shell round it", async () => {
      const programs = {
        backend: "uvicorn",
        worker: "celery",
        beat: "celery",
        postgres: "postgres",
        redis: "redis-server",
        nginx: "nginx",
      };
      for (const [service, program] of Object.entries(programs)) {
        const words = await firstProcess(site().container(service));
        const [first = ""] = words;
        assert.doesNotMatch(first, /(^|\/)(sh|dash|bash)$/, service);
        assert.ok(
          words.some((word) => word.includes(program)),
          `${service}: ${words.join(" ")}`,
        );
      }
    });
  });
}
