// PostgreSQL and Redis of a running stack, and the network they share.
import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { docker, run } from "../../lab/command.ts";
import { containersOf, inspect, within } from "../../lab/engine.ts";
import type { LocalSite } from "../../lab/running-site.ts";
import { Outside } from "../../lab/outside.ts";

export function data(site: () => LocalSite): void {
  describe("data of a local stack", function () {
    this.timeout(300_000);
    const prefix = (): string => site().stack.prefix;
    const sql = async (statement: string): Promise<string> =>
      (
        await within(site().container("postgres"), ["psql", "-U", "postgres", "-d", "site", "-tAc", statement])
      ).stdout.trim();
    const redis = async (...words: string[]): Promise<string> => {
      const signedIn = 'REDISCLI_AUTH=$(cat /run/socle/password) exec redis-cli "$@"';
      return (await within(site().container("redis"), ["sh", "-c", signedIn, "redis", ...words])).stdout.trim();
    };
    /** Asks a server's port from a container of its own on a network of the stack. */
    const reaches = async (network: string, address: string, port: number): Promise<boolean> => {
      const probe = `timeout 3 bash -c '</dev/tcp/${address}/${port}'`;
      const words = [
        "run",
        "--rm",
        "--network",
        `${prefix()}-${network}`,
        "--entrypoint",
        "sh",
        "postgres:15",
        "-c",
        probe,
      ];
      return (await run("docker", words, { check: false })).code === 0;
    };
    const privateTo = async (service: string, port: number): Promise<void> => {
      const { NetworkSettings } = await inspect(site().container(service));
      assert.deepEqual(Object.keys(NetworkSettings.Networks), [`${prefix()}-data`]);
      assert.deepEqual(
        Object.values(NetworkSettings.Ports).filter((published) => published !== null),
        [],
      );
      const address = NetworkSettings.Networks[`${prefix()}-data`]?.IPAddress ?? "";
      assert.ok(await reaches("data", service, port), "the probe finds it where it is");
      assert.ok(!(await reaches("edge", address, port)), "reached by address from the edge network");
      assert.ok(!(await reaches("edge", service, port)), "reached by name from the edge network");
    };
    const keptIn = async (service: string, volume: string, folder: string): Promise<void> => {
      const { Mounts } = await inspect(site().container(service));
      const found = Mounts.find(({ Destination }) => Destination === folder);
      assert.deepEqual([found?.Type, found?.Name], ["volume", `${prefix()}-${volume}`]);
    };

    it("A1: PostgreSQL 15 with data checksums, its data in a named volume", async () => {
      assert.match(await sql("SHOW server_version"), /^15\./);
      assert.equal(await sql("SHOW data_checksums"), "on");
      await keptIn("postgres", "postgres", await sql("SHOW data_directory"));
    });

    it("A1: PostgreSQL cannot be reached from the edge network or from outside", () => privateTo("postgres", 5432));

    it("A1: PostgreSQL asks for passwords, and knows them as SCRAM only", async () => {
      assert.equal(await sql("SHOW password_encryption"), "scram-sha-256");
      assert.equal(
        await sql("SELECT count(*) FROM pg_authid WHERE rolcanlogin AND rolpassword NOT LIKE 'SCRAM-SHA-256$%'"),
        "0",
      );
      const overNetwork =
        "SELECT DISTINCT auth_method FROM pg_hba_file_rules WHERE type LIKE 'host%' AND address NOT IN ('127.0.0.1', '::1')";
      assert.equal(await sql(overNetwork), "scram-sha-256");

      const { ["secrets-database-password"]: password = "" } = await site().stack.secrets();
      const login = (input: string) => {
        const script =
          "IFS= read -r PGPASSWORD; export PGPASSWORD; exec psql -h postgres -U site_a -d site -tAc 'SELECT current_user'";
        const words = [
          "run",
          "--rm",
          "--interactive",
          "--network",
          `${prefix()}-data`,
          "--entrypoint",
          "sh",
          "postgres:15",
          "-c",
          script,
        ];
        return run("docker", words, { input: `${input}\n`, check: false });
      };
      assert.equal((await login(password)).stdout.trim(), "site", "what the login creates belongs to the owner");
      const refused = await login("wrong");
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /password authentication failed/);
    });

    it("A1: the application owns its database, and is no superuser", async () => {
      assert.equal(await sql("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'site'"), "site");
      assert.equal(await sql("SELECT string_agg(rolname, ',') FROM pg_roles WHERE rolsuper"), "postgres");
    });

    it("A2: Redis 7 asks for a password, and cannot be reached from the edge network or from outside", async () => {
      assert.match(await redis("info", "server"), /^redis_version:7\./m);
      const { stdout } = await within(site().container("redis"), ["redis-cli", "ping"], { check: false });
      assert.match(stdout, /NOAUTH/);
      await privateTo("redis", 6379);
    });

    it("A2: Redis writes every change to its volume, and refuses writes rather than forget tasks", async () => {
      assert.equal(await redis("config", "get", "appendonly"), "appendonly\nyes");
      assert.equal(await redis("config", "get", "maxmemory-policy"), "maxmemory-policy\nnoeviction");
      assert.doesNotMatch(await redis("config", "get", "maxmemory"), /\n0$/);
      await keptIn("redis", "redis", (await redis("config", "get", "dir")).split("\n")[1] ?? "");
    });

    it("the data network has no way out, and nobody on it who does not need it", async () => {
      const [network] = JSON.parse(await docker(["network", "inspect", `${prefix()}-data`])) as [
        { Internal: boolean; Containers: Record<string, { Name: string }> },
      ];
      assert.equal(network.Internal, true);
      const wanted = ["postgres", "redis", "backend", "worker", "beat", "backup"].map((service) =>
        site().container(service),
      );
      assert.deepEqual(
        Object.values(network.Containers)
          .map(({ Name }) => Name)
          .sort(),
        wanted.sort(),
      );
      const outside = await Outside.open();
      try {
        assert.ok(await reaches("edge", outside.address, outside.port), "the edge network reaches what is outside");
        assert.ok(!(await reaches("data", outside.address, outside.port)), "the data network does too");
      } finally {
        await outside.close();
      }
    });

    it("its containers are the services that the stack names, one each", async () => {
      const named = Object.values(site().output.services).map(({ container }) => container);
      assert.deepEqual((await containersOf(prefix())).sort(), named.sort());
    });
  });
}
