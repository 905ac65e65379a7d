/**
 * MikroORM's migrations for Socle, run in the application's image:
 *
 *   node --input-type=module -e THIS plan|pending|step|reverse [APP NAME]
 *
 * plan: one line of JSON, the last one printed (docs/migrations.md); pending: exit status 0 where nothing is. MikroORM
 * knows no applications: all migrations belong to `default`. With `allOrNothing`, its default, they are one transaction.
 */
import { pathToFileURL } from "node:url";

import { CLIHelper } from "@mikro-orm/cli";

const app = "default";
const removes = /\b(drop\s+(table|column|schema|database)|truncate|delete\s+from)\b/i;
const [mode, , target] = process.argv.slice(1);

const orm = await CLIHelper.getORM();
const migrator = orm.migrator ?? orm.getMigrator();
const options = orm.config.get("migrations");
const listed = (entries) => entries.map((entry) => ({ name: entry.name, path: entry.path }));
const pending = listed(await (migrator.getPending ?? migrator.getPendingMigrations).call(migrator));
const executed = (await (migrator.getExecuted ?? migrator.getExecutedMigrations).call(migrator)).map(
  ({ name }) => name,
);

/** Names of what was applied after a migration, the last one first; of all for `zero`. */
function since(name) {
  const place = name === "zero" ? -1 : executed.indexOf(name);
  if (name !== "zero" && place < 0) fail(`${name} has not been applied: there is no way back to it`);
  return executed.slice(place + 1).reverse();
}

async function classOf({ name, path }) {
  const own = (options.migrationsList ?? []).find((entry) => (entry.name ?? entry) === name);
  if (own) return own.class ?? own;
  const file = path ?? `${orm.config.get("baseDir")}/${options.path ?? "migrations"}/${name}.js`;
  return Object.values(await import(pathToFileURL(file))).find((value) => typeof value === "function");
}

/** What a direction of it would do: its SQL, without running any. */
async function sqlOf(Migration, direction) {
  const migration = new Migration(orm.em.getDriver(), orm.config);
  let code = false;
  // A plan changes nothing: what asks the database itself is code, which cannot be listed.
  migration.execute = () => ((code = true), []);
  migration.getEntityManager = () => {
    throw new Error("it works through the entity manager");
  };
  try {
    await migration[direction]();
    const sql = migration
      .getQueries()
      .map((query) => `${typeof query === "string" ? query : (query.sql ?? String(query))}`);
    return { migration, code, sql: sql.map((text) => `${text.trim().replace(/;$/, "")};`).join("\n"), sqlError: null };
  } catch (error) {
    return { migration, code: true, sql: null, sqlError: error.message };
  }
}

/** Whether a direction neither has SQL nor runs code. */
const idle = ({ code, sql }) => !code && sql === "";

async function described(entry, backwards) {
  const Migration = await classOf(entry);
  const [up, down] = [await sqlOf(Migration, "up"), await sqlOf(Migration, "down")];
  const oneWay = down.sqlError === "This migration cannot be reverted";
  const irreversible = [
    ...(oneWay ? ["it has no down()"] : []),
    ...(idle(down) && !idle(up)
      ? ["its down() does nothing: what it did stays, and is done a second time when it is applied again"]
      : []),
    ...(removes.test(up.sql ?? "") ? ["its SQL removes data, which no reverse brings back"] : []),
  ];
  const shown = backwards ? down : up;
  const reason = "runs code: what it changes, locks and how long it takes cannot be read from it";
  return {
    app,
    name: entry.name,
    atomic: options.transactional !== false && up.migration.isTransactional(),
    reversible: irreversible.length === 0,
    oneWay,
    irreversible,
    operations: [
      {
        name: "SQL",
        description: `${String(shown.sql?.split("\n").length ?? 0)} statements`,
        opaque: true,
        risks: shown.code ? [{ kind: "data", reason }] : [],
      },
    ],
    sql: shown.sql,
    sqlError: shown.sqlError,
  };
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

async function plan() {
  const targets = (process.env.SOCLE_TARGETS ?? "").split(" ").filter(Boolean);
  const backwards = targets.length > 0;
  const names = backwards ? since(targets[0].replace(/^[^.]*\./, "")) : pending.map(({ name }) => name);
  const entries = names.map((name) => pending.find((entry) => entry.name === name) ?? { name });
  const after = backwards ? executed.slice(0, executed.length - names.length) : [...executed, ...names];
  const heads = (applied) => (applied.length > 0 ? { [app]: applied.slice(-1) } : {});
  const described_ = [];
  for (const entry of entries) described_.push(await described(entry, backwards));
  const { version } = (await import("@mikro-orm/core/package.json", { with: { type: "json" } })).default;
  console.log(
    JSON.stringify({ tool: `MikroORM ${version}`, heads: heads(executed), after: heads(after), pending: described_ }),
  );
}

if (mode === "plan") await plan();
else if (mode === "pending") process.exitCode = pending.length === 0 ? 0 : 1;
else if (mode === "step") await migrator.up({ to: target });
else if (mode === "reverse") {
  const names = since(target);
  if (names.length > 0) await migrator.down({ migrations: names });
} else fail(`unknown mode ${mode}`);
await orm.close(true);
