// Every generated secret is rotated alone, while visitors go on using the site.
import assert from "node:assert/strict";
import { type Context, describe, it } from "mocha";

import { within } from "../lab/engine.ts";
import { Load } from "../lab/load.ts";
import { announced, operations } from "../lab/plan.ts";
import { scan } from "../lab/scan.ts";
import { quietly } from "../lab/token.ts";
import { ownSite } from "./own-site.ts";
import { loaded, loadedSecrets } from "./settings.ts";

const site = ownSite(loaded(), { secrets: loadedSecrets });

describe("a rotation of a local stack's secrets", function () {
  this.timeout(300_000);
  /** Every secret that the stack ever had. */
  const ever: Record<string, string> = {};
  const remember = async (): Promise<Record<string, string>> => {
    const secrets = await site().stack.secrets();
    for (const [name, value] of Object.entries(secrets)) ever[`${name} ${value.slice(0, 3)}`] = value;
    return secrets;
  };
  const rotate = async (context: Context, name: string): Promise<void> => {
    const load = await quietly(context, () =>
      Load.during(site(), loadedSecrets.ADMIN_TOKEN, () => site().up(site().changed("rotation", { [name]: 2 }))),
    );
    assert.deepEqual(load.failures, []);
    const entries = await load.entries();
    assert.deepEqual(
      load.ordered.filter((id) => entries.get(id)?.runs !== 1),
      [],
    );
  };
  /** Names of generated secrets that differ. */
  const changedBy = async (action: () => Promise<unknown>): Promise<string[]> => {
    const former = await remember();
    await action();
    return Object.entries(await remember())
      .filter(([name, value]) => former[name] !== value)
      .map(([name]) => name);
  };
  const environment = async (): Promise<string> =>
    (await within(site().container("backend"), ["cat", "/proc/1/environ"])).stdout;

  it("of SECRET_KEY: nobody is signed out, the former key still reads what it signed", async function () {
    const visitor = await site().administrator();
    const { ["secrets-secret-key-1"]: former = "" } = await site().stack.secrets();
    assert.deepEqual(await changedBy(() => rotate(this, "secretKey")), ["secrets-secret-key-2"]);
    assert.equal(await visitor.whoAmI(), "admin");
    const told = await environment();
    const { ["secrets-secret-key-2"]: current = "" } = await site().stack.secrets();
    assert.notEqual(current, former);
    assert.ok(told.includes(`\0SECRET_KEY=${current}\0`) || told.startsWith(`SECRET_KEY=${current}\0`));
    assert.ok(told.includes(`SECRET_KEY_FALLBACKS=${former}\0`));
  });

  it("of the database's password: the other login takes over, the former one's time is limited", async function () {
    assert.deepEqual(await changedBy(() => rotate(this, "databasePassword")), ["secrets-database-password"]);
    assert.match(await environment(), /\0DB_USER=site_b\0/);
    const until =
      "CASE WHEN rolvaliduntil = 'infinity' THEN 'for ever' WHEN rolvaliduntil < now() + interval '1 hour' THEN 'limited' ELSE 'long' END";
    const sql = `SELECT rolname || ' ' || ${until} FROM pg_roles WHERE rolname LIKE 'site\\__' ORDER BY 1`;
    const { stdout } = await within(site().container("postgres"), ["psql", "-U", "postgres", "-tAc", sql]);
    assert.deepEqual(stdout.trim().split("\n"), ["site_a limited", "site_b for ever"]);
    const usersOfFormer = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'site_a'";
    const left = await within(site().container("postgres"), ["psql", "-U", "postgres", "-tAc", usersOfFormer]);
    assert.equal(left.stdout.trim(), "0", "who still works with the former login");
  });

  it("of Redis's password: no task is lost, the new one is asked for", async function () {
    const { ["secrets-redis-password"]: former = "" } = await site().stack.secrets();
    assert.deepEqual(await changedBy(() => rotate(this, "redisPassword")), ["secrets-redis-password"]);
    const { ["secrets-redis-password"]: current = "" } = await site().stack.secrets();
    const answers = async (password: string): Promise<string> => {
      const script = "IFS= read -r REDISCLI_AUTH; export REDISCLI_AUTH; exec redis-cli ping";
      return (await within(site().container("redis"), ["sh", "-c", script], { input: `${password}\n` })).stdout.trim();
    };
    assert.equal(await answers(current), "PONG");
    assert.equal(await answers(former), "PONG", "who still works with the former one may end in peace");
    assert.match(await answers("another"), /NOAUTH|WRONGPASS/);
    const known = await within(site().container("redis"), ["cat", "/run/socle/users.acl"]);
    assert.equal(known.stdout.match(/#[0-9a-f]{64}/g)?.length, 1, "after a restart only the new one is known");
  });

  it("leaves nothing to change", async () => {
    await site().stack.preview(["--expect-no-changes"]);
  });

  it("of the administrator's password would replace it and tell the application, and no container", async () => {
    const { rotation } = site().stack.settings;
    await site().stack.configure(site().changed("rotation", { adminPassword: 2 }));
    const plan = operations(await announced(site().stack));
    await site().stack.configure({ rotation });
    assert.deepEqual(plan, {
      // Of which settings served.
      "release-record": ["update"],
      "secrets-admin-password": ["create-replacement", "delete-replaced", "replace"],
      "superuser-admin-1": ["delete"],
      "superuser-admin-2": ["create"],
    });
  });

  it("shows no secret, former or new", async () => {
    const { stack } = site();
    assert.ok(Object.keys(ever).length >= 10, `${Object.keys(ever).length} secrets, former ones among them`);
    const found = await scan({
      secrets: ever,
      paths: [stack.folder, stack.file],
      texts: { "printed by the CLI": stack.printed.join("\n") },
    });
    assert.deepEqual(found.findings, []);
    assert.ok(found.containers >= 6 && found.processes > 20 && found.files > 1, JSON.stringify(found));
  });
});
