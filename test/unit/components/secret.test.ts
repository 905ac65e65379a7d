// Secrets: none stands in clear in what the engine, the plan and `docker inspect` show; each can be rotated alone.
import assert from "node:assert/strict";

import fc from "fast-check";
import { before, describe, it } from "mocha";

import { generated, privateKey, type Registered, Secret } from "./engine.ts";
import { ownSecrets, sections } from "./settings.ts";
import { deploy, type Deployment, devExample, production, type Sections } from "./stack.ts";

/** Every text among a resource's inputs that is not a secret, names of inputs too. */
function clear(value: unknown): string[] {
  if (value instanceof Secret) return [];
  if (Array.isArray(value)) return value.flatMap(clear);
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, inner]) => [name, ...clear(inner)]);
  return [String(value)];
}

/** What the engine generated for the stack. */
const passwords = ({ resources }: Deployment): string[] =>
  resources
    .filter(({ type }) => type === "random:RandomPassword")
    .map(({ name, inputs }) =>
      generated(name, (inputs["keepers"] as { generation: string }).generation, inputs["length"] as number),
    );

/** The forms in which a secret could leak: as it is, quoted for a shell, in base64. */
const forms = (secret: string): string[] => [
  secret,
  secret.replaceAll("'", `'\\''`),
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64").replace(/=+$/, ""),
];

function assertNoneInClear(deployment: Deployment, own: Record<string, string>): void {
  const secrets = [...passwords(deployment), privateKey, ...Object.values(own)];
  for (const { key, inputs } of deployment.resources)
    for (const text of clear(inputs))
      for (const secret of secrets)
        for (const form of forms(secret))
          assert.ok(!text.includes(form), `${key} shows a secret in clear: …${form.slice(0, 4)}…`);
  for (const text of clear(deployment.outputs))
    for (const secret of secrets) assert.ok(!text.includes(secret), "an output shows a secret in clear");
}

const rotated = (rotation: Record<string, number>): Promise<Deployment> =>
  deploy("production", { ...production(), rotation });
const stdin = (deployment: Deployment, task: string): string => {
  const input = deployment.resource(`command:Command ${task}`).inputs["stdin"];
  assert.ok(input instanceof Secret, `${task}: standard input is no secret`);
  return input.value as string;
};
/** The environment file, as the application's shell reads it. */
const environment = (deployment: Deployment): Record<string, string> => {
  const [name, mode, content = ""] = stdin(deployment, "application-environment-file").trim().split(" ");
  assert.deepEqual([name, mode], ["environment", "0400"]);
  const lines = Buffer.from(content, "base64")
    .toString()
    .matchAll(/^([A-Z_0-9]+)='((?:[^']|'\\'')*)'$/gm);
  return Object.fromEntries([...lines].map(([, key, value]) => [key, value?.replaceAll(`'\\''`, "'")])) as Record<
    string,
    string
  >;
};
const random = ({ resources }: Deployment): Registered[] =>
  resources.filter(({ type }) => type === "random:RandomPassword");

describe("secrets", () => {
  let server: Deployment;
  before(async () => {
    server = await deploy("production", production());
  });

  it("stand in clear in no input of any resource, whatever the settings", async function () {
    this.timeout(300_000);
    await fc.assert(
      fc.asyncProperty(sections, ownSecrets, async (settings: Sections, own) => {
        assertNoneInClear(await deploy("some", settings, own), own);
      }),
      { seed: 20_261_121, numRuns: 30 },
    );
  });

  it("are looked for by a search that finds them", async () => {
    const own = { MAIL_TOKEN: "a token that is a secret" };
    const leaking = await deploy("production", production(), own);
    leaking.resource("docker:Container nginx").inputs["envs"] = [`X=${own.MAIL_TOKEN}`];
    assert.throws(() => {
      assertNoneInClear(leaking, own);
    }, /docker:Container nginx shows a secret in clear/);
  });

  it("are long, of letters and digits, and a resource each", () => {
    assert.deepEqual(
      Object.fromEntries(random(server).map(({ name, inputs }) => [name, [inputs["length"], inputs["special"]]])),
      {
        "secrets-secret-key-1": [64, false],
        "secrets-database-password": [40, false],
        "secrets-postgres-password": [40, false],
        "secrets-redis-password": [40, false],
        "secrets-admin-password": [40, false],
        "secrets-backup-password": [40, false],
        "secrets-repository-key": [40, false],
        "secrets-hash-key": [64, false],
      },
    );
  });

  it("reach the application in one file, with the site's own among them", async () => {
    const own = { MAIL_TOKEN: "it's a $secret with\n`everything`" };
    const deployment = await deploy("production", production(), own);
    const password = generated("secrets-database-password", "1", 40);
    const redis = `redis://:${generated("secrets-redis-password", "1", 40)}@redis:6379`;
    const found = environment(deployment);
    const plain = deployment.model.variables;
    assert.deepEqual(found, {
      ...plain,
      ...own,
      SECRET_KEY: generated("secrets-secret-key-1", "1", 64),
      DB_USER: "shop_a",
      DB_PASSWORD: password,
      DATABASE_URL: `postgresql://shop_a:${password}@postgres:5432/shop`,
      CELERY_BROKER_URL: `${redis}/0`,
      REDIS_URL: `${redis}/1`,
    });
  });

  it("reach PostgreSQL, Redis and the first administrator on standard input", () => {
    const sql = stdin(server, "postgres-database");
    assert.ok(sql.startsWith(`\\set password '${generated("secrets-database-password", "1", 40)}'\n`));
    assert.equal(stdin(server, "redis-password"), `${generated("secrets-redis-password", "1", 40)}\n`);
    assert.equal(stdin(server, "superuser-root-admin-1"), `${generated("secrets-admin-password", "1", 40)}\n`);
    const file = Buffer.from(generated("secrets-postgres-password", "1", 40)).toString("base64");
    assert.equal(stdin(server, "postgres-secret-files"), `password 0400 ${file}\n`);
  });

  it("of the certificate reach Nginx as chain and key in one file", () => {
    const [name, mode, content = ""] = stdin(server, "certificate-self-signed-file").trim().split(" ");
    assert.deepEqual([name, mode], ["site.pem", "0400"]);
    const pem = Buffer.from(content, "base64").toString();
    assert.match(pem, /^-----BEGIN CERTIFICATE-----/);
    assert.ok(pem.endsWith(privateKey));
  });

  describe("rotated alone", () => {
    it("SECRET_KEY: the former one is accepted from the second generation on, and only then", async () => {
      assert.equal("SECRET_KEY_FALLBACKS" in environment(server), false);
      const second = await rotated({ secretKey: 2 });
      const third = await rotated({ secretKey: 3 });
      const key = (generation: string): string => generated(`secrets-secret-key-${generation}`, generation, 64);
      assert.equal(environment(second)["SECRET_KEY"], key("2"));
      assert.equal(environment(second)["SECRET_KEY_FALLBACKS"], environment(server)["SECRET_KEY"]);
      assert.equal(environment(third)["SECRET_KEY"], key("3"));
      assert.equal(environment(third)["SECRET_KEY_FALLBACKS"], environment(second)["SECRET_KEY"]);
    });

    it("database password: the login takes turns, so that the release that serves keeps its own", async () => {
      const logins = (deployment: Deployment): string[] =>
        (deployment.resource("command:Command postgres-database").inputs["create"] as string)
          .split(" ")
          .filter((word) => /^(login|previous)=/.test(word));
      const generations = [server, await rotated({ databasePassword: 2 }), await rotated({ databasePassword: 3 })];
      assert.deepEqual(generations.map(logins), [
        ["login=shop_a", "previous=shop_b"],
        ["login=shop_b", "previous=shop_a"],
        ["login=shop_a", "previous=shop_b"],
      ]);
      assert.deepEqual(
        generations.map((deployment) => environment(deployment)["DB_USER"]),
        ["shop_a", "shop_b", "shop_a"],
      );
      assert.equal(new Set(generations.map((deployment) => environment(deployment)["DB_PASSWORD"])).size, 3);
    });

    it("administrator's password: a new task sets it, and the release stays", async () => {
      const second = await rotated({ adminPassword: 2 });
      assert.ok(second.resource("command:Command superuser-root-admin-2"));
      assert.equal(second.outputs.release, server.outputs.release);
    });

    it("leave the others as they are", async () => {
      const former = new Map(random(server).map(({ name, inputs }) => [name, inputs["keepers"]]));
      for (const [rotation, changed] of [
        [{ databasePassword: 2 }, ["secrets-database-password"]],
        [{ redisPassword: 2 }, ["secrets-redis-password"]],
        [{ adminPassword: 2 }, ["secrets-admin-password"]],
        // The first generation stays, under its own name, as the one to fall back to.
        [{ secretKey: 2 }, ["secrets-secret-key-2"]],
      ] as const) {
        const different = random(await rotated(rotation)).filter(
          ({ name, inputs }) => JSON.stringify(former.get(name)) !== JSON.stringify(inputs["keepers"]),
        );
        assert.deepEqual(
          different.map(({ name }) => name),
          changed,
        );
      }
    });
  });

  it("of the dev stack are made the same way", async () => {
    const dev = await deploy("dev", devExample());
    assertNoneInClear(dev, {});
    assert.equal(random(dev).length, 8);
  });
});
