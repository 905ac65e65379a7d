// What Django's migrations would do, asked of Django itself in the sample site's image, against a real PostgreSQL.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { type Judged, judge } from "../../../migration/judgement.ts";
import { headsToApprove, migrationPlan, type Plan } from "../../../migration/plan.ts";
import { squawk, squawkPath } from "../../../migration/squawk.ts";
import { docker, run } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";

const name = `socle-migration-${randomBytes(3).toString("hex")}`;
const part = (name: string): string => readFileSync(new URL(`../../../host/django/${name}`, import.meta.url), "utf8");
const program = `${part("risks.py")}\n\n${part("migrations.py")}`;
const options = { postgres: 15, exclude: [] };

/** Of each migration: what its risks are, from operations and SQL, and why it cannot be taken back. */
const expected: Record<
  string,
  { risks?: string[]; irreversible?: RegExp; atomic?: false; oneWay?: true; sqlError?: RegExp }
> = {
  "0002_safe": {},
  "0003_required": { risks: ["breaking"] },
  "0004_index": { risks: ["locking"] },
  "0005_concurrent": { atomic: false },
  "0006_wider": {},
  "0007_type": { risks: ["locking"] },
  "0008_not_null": { risks: ["locking", "breaking"] },
  "0009_rename": { risks: ["destructive"] },
  "0010_python": { risks: ["data"] },
  "0011_python_one_way": { risks: ["data"], irreversible: /RunPython has no reverse/, oneWay: true },
  "0012_sql": { risks: ["data", "locking"] },
  "0013_sql_one_way": { risks: ["data"], irreversible: /RunSQL has no reverse/, oneWay: true },
  "0014_constraint": { risks: ["locking"] },
  "0015_state_only": {},
  "0016_drop": { risks: ["data", "destructive"], irreversible: /its SQL removes data/ },
  "0017_remove": { risks: ["destructive"], irreversible: /brings back no data/ },
  "0018_delete": { risks: ["destructive"], irreversible: /brings back no data/ },
  "0019_rename_model": { risks: ["destructive"] },
  "0020_foreign_key": { risks: ["locking"] },
  "0021_options": {},
  "0022_noop": { risks: ["data"], irreversible: /^the reverse of RunPython does nothing: what it did stays/ },
  "0023_own_noop": { risks: ["data"], irreversible: /^the reverse of RunPython does nothing: what it did stays/ },
  "0024_sql_noop": { risks: ["data"], irreversible: /^the reverse of RunSQL does nothing: what it did stays/ },
  "0025_sql_idle": { risks: ["data"], irreversible: /^the reverse of RunSQL does nothing: what it did stays/ },
  "0026_true_reverse": { risks: ["data"] },
  "0027_writes": { risks: ["undecided"], sqlError: /read-only transaction/ },
};

describe("the plan of Django's migrations", function () {
  this.timeout(300_000);

  const django = async (image: string, words: string[], variables: Record<string, string> = {}): Promise<string> => {
    const environment = {
      SECRET_KEY: "x".repeat(64),
      ALLOWED_HOSTS: "localhost",
      DATABASE_URL: `postgresql://postgres:trial@${name}/postgres`,
      REDIS_URL: "redis://localhost",
      ...variables,
    };
    const flags = Object.entries(environment).map(([key, value]) => `--env=${key}=${value}`);
    return docker(["run", "--rm", `--network=${name}`, ...flags, image, "python", "manage.py", ...words]);
  };
  const planned = async (targets = ""): Promise<Plan> => {
    const printed = await django(name, ["shell", "-c", program], { SOCLE_TARGETS: targets });
    return migrationPlan.parse(JSON.parse(printed.split("\n").at(-1) ?? ""));
  };
  const judged = async (plan: Plan): Promise<Judged[]> => judge(plan, await squawk(plan, options));

  before(async () => {
    const file = "FROM socle-example-site:dev\nCOPY . /app/\nENV DJANGO_SETTINGS_MODULE=trial_settings\n";
    await docker(["build", "--quiet", "--tag", name, "--file", "-", join(import.meta.dirname, "fixture")], {
      input: file,
    });
    await docker(["network", "create", name]);
    await docker([
      "run",
      "--detach",
      "--name",
      name,
      `--network=${name}`,
      "--tmpfs=/var/lib/postgresql/data",
      "--env=POSTGRES_PASSWORD=trial",
      "postgres:15",
    ]);
    await until("PostgreSQL answers", 60, async () => {
      const { code } = await run("docker", ["exec", name, "pg_isready", "--host=127.0.0.1"], { check: false });
      return code === 0;
    });
    await django("socle-example-site:dev", ["migrate", "--noinput"]);
  });
  after(async () => {
    await docker(["rm", "--force", "--volumes", name]);
    await docker(["network", "rm", name]);
    await docker(["image", "rm", "--force", name]);
  });

  it("sees no lock on a table that the plan itself makes", async () => {
    const plan = await planned();
    assert.deepEqual(plan.heads["copies"], ["0005_copies_by_owner_newest"]);
    assert.equal(plan.heads["trial"], undefined);
    assert.deepEqual(plan.after["trial"], ["0027_writes"]);
    assert.deepEqual(headsToApprove(plan), ["trial.0027_writes"]);
    const risky = (await judged(plan)).filter(({ risks }) =>
      risks.some(({ kind }) => kind === "locking" || kind === "breaking"),
    );
    assert.deepEqual(risky, []);
  });

  it("says of every kind of operation what it risks, and of none what it does not", async () => {
    await django(name, ["migrate", "--noinput", "trial", "0001"]);
    const found = await judged(await planned());
    assert.deepEqual(
      found.map(({ id }) => id),
      Object.keys(expected).map((migration) => `trial.${migration}`),
    );
    for (const { id, risks, irreversible, reversible, atomic, oneWay, sql, sqlError } of found) {
      const wanted = expected[id.replace("trial.", "")] ?? {};
      assert.deepEqual([...new Set(risks.map(({ kind }) => kind))], wanted.risks ?? [], id);
      assert.equal(atomic, wanted.atomic ?? true, id);
      assert.equal(oneWay, wanted.oneWay ?? false, id);
      assert.equal(reversible, !wanted.irreversible, id);
      assert.match(irreversible.join(), wanted.irreversible ?? /^$/, id);
      assert.match(sqlError ?? "", wanted.sqlError ?? /^$/, id);
      assert.equal(Boolean(sql), !wanted.sqlError, id);
    }
    const mend = found.find(({ id }) => id === "trial.0004_index")?.risks[0]?.mend ?? "";
    assert.match(mend, /AddIndexConcurrently/);
  });

  it("is undecided about SQL of the site's own where squawk is not there, and only there", async () => {
    const plan = await planned();
    const absent = await squawk(plan, { ...options, path: `${squawkPath()}-absent` });
    assert.equal(absent, undefined);
    const undecided = judge(plan, absent).filter(({ risks }) => risks.some(({ kind }) => kind === "undecided"));
    assert.deepEqual(
      undecided.map(({ id }) => id),
      [
        ...["trial.0012_sql", "trial.0013_sql_one_way", "trial.0016_drop"],
        ...["trial.0024_sql_noop", "trial.0025_sql_idle", "trial.0027_writes"],
      ],
    );
    assert.match(undecided[0]?.risks.at(-1)?.reason ?? "", /squawk is not installed/);
    const excluded = judge(plan, await squawk(plan, { ...options, exclude: ["require-concurrent-index-creation"] }));
    assert.deepEqual(
      excluded.find(({ id }) => id === "trial.0012_sql")?.risks.map(({ kind }) => kind),
      ["data"],
    );
  });

  it("is the way back where heads are given, with what it would lose", async () => {
    await django(name, ["migrate", "--noinput", "trial", "0009"]);
    const plan = await planned("trial.0002_safe");
    assert.deepEqual(
      plan.pending.map(({ name: migration }) => migration),
      ["0009_rename", "0008_not_null", "0007_type", "0006_wider", "0005_concurrent", "0004_index", "0003_required"],
    );
    assert.deepEqual(plan.after["trial"], ["0002_safe"]);
    assert.match(plan.pending.at(-1)?.operations[0]?.risks?.[0]?.reason ?? "", /drops the column size of Thing/);
    await assert.rejects(planned("trial.0010_python"), /no way back to it/);
    await assert.rejects(planned("trial.0099_absent"), /no migration trial\.0099_absent/);
  });
});
