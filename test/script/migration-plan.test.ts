// A plan is text that an image prints: whatever stands in it, nothing of it is run, and nothing is approved by what it leaves out.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, beforeEach, describe, it } from "mocha";

import { shellWords } from "../../config/shell-word.ts";
import { until } from "../lab/deadline.ts";
import { docker, Folder, runScript, scripts } from "./machine.ts";

const image = "postgres:15";

interface Migration {
  app?: unknown;
  name?: unknown;
  atomic?: unknown;
  reversible?: unknown;
}
interface Plan {
  heads?: unknown;
  after?: unknown;
  pending?: unknown;
}

const migration = (more: Migration = {}): Migration => ({
  ...{ app: "shop", name: "0002_color", atomic: true, reversible: true },
  ...more,
});
const plan = (more: Plan = {}): Plan => ({
  ...{ heads: { shop: ["0001_initial"] }, after: { shop: ["0002_color"] }, pending: [migration()] },
  ...more,
});
const nothingPending = plan({ heads: { shop: ["0002_color"] }, pending: [] });

describe("what an image prints as its plan", function () {
  this.timeout(300_000);
  const stack = `socle-plan-${randomBytes(3).toString("hex")}`;
  const backend = `${stack}-backend`;
  /** What the stand-in for an application prints, and the words that it was called with. */
  const folder = new Folder();
  const state = mkdtempSync(join(tmpdir(), "socle-plan-"));
  /** Made by nobody but text that was run as code, wherever: on this machine by its path, in a container beside /app. */
  const canary = join(folder.path, "canary");
  const run = `touch ${canary}`;
  const words = (): string[] =>
    existsSync(join(folder.path, "words"))
      ? readFileSync(join(folder.path, "words"), "utf8").split("\n").slice(0, -1)
      : [];

  before(async () => {
    folder.write(
      "app.sh",
      `# Prints the plans in their order, the last one again and again; writes down what else it is called with.
case $1 in
  plan)
    count=$(($(cat /app/count) + 1))
    echo "$count" >/app/count
    until [ -e "/app/plan-$count.json" ]; do count=$((count - 1)); done
    cat "/app/plan-$count.json"
    ;;
  *)
    mode=$1
    shift
    { printf '<%s>' "$mode" "$@"; echo; } >>/app/words
    [ ! -e "/app/fails-$mode" ]
    ;;
esac
`,
    );
    docker("network", "create", stack);
    docker("network", "create", `${stack}-data`);
    docker(
      ...["run", "--detach", "--name", `${stack}-postgres`, `--network=${stack}`, "--tmpfs=/var/lib/postgresql/data"],
      ...["--env=POSTGRES_PASSWORD=trial", image],
    );
    docker(
      ...["create", "--name", backend, `--label=socle.stack=${stack}`, "--memory=256m", "--user=0:0"],
      ...[`--volume=${folder.path}:/app`, "--volume=/run/socle", "--entrypoint=sh", image],
    );
    await until("PostgreSQL answers", 60, () => {
      const probe = [
        "exec",
        `${stack}-postgres`,
        "psql",
        "--host=127.0.0.1",
        "--username=postgres",
        "--command=SELECT 1",
      ];
      return Promise.resolve().then(() => docker(...probe) !== "").catch(() => false); // prettier-ignore
    });
    docker("exec", `${stack}-postgres`, "psql", "--username=postgres", "--command=CREATE TABLE thing (id int)");
  });
  after(() => {
    docker("rm", "--force", "--volumes", backend, `${stack}-postgres`);
    docker("network", "rm", stack, `${stack}-data`);
    folder.remove();
    rmSync(state, { recursive: true });
  });
  beforeEach(() => {
    for (const name of ["words", "canary", "fails-step", "fails-migrate", "fails-reverse"])
      rmSync(join(folder.path, name), { force: true });
  });

  const printed = (...plans: (Plan | string)[]): void => {
    for (let count = 1; count <= 4; count++) rmSync(join(folder.path, `plan-${String(count)}.json`), { force: true });
    folder.write("count", "0");
    for (const [at, each] of plans.entries())
      folder.write(`plan-${String(at + 1)}.json`, `${typeof each === "string" ? each : JSON.stringify(each)}\n`);
  };
  const command = (mode: string): string => shellWords(["sh", "/app/app.sh", mode]);
  const migrate = (settings: Record<string, string> = {}): { status: number | null; said: string } => {
    const flags = [`--network=${stack}`, `--volume=${folder.path}:/app`, "--user=0:0", "--entrypoint=", image];
    const words = {
      ...{ stack, called: "trial", database: "postgres", container: shellWords(flags), join: "" },
      ...{ lock: "1", statement: "900", retries: "0", failure: "reverse" },
      ...Object.fromEntries(["plan", "migrate", "step", "reverse"].map((mode) => [mode, command(mode)])),
      ...settings,
    };
    const { status, stdout, stderr } = runScript("migrate.sh", words, { environment: { SOCLE_STATE: state } });
    return { status, said: `${String(stdout)}${String(stderr)}` };
  };
  const refused = ({ status, said }: { status: number | null; said: string }, why: RegExp): void => {
    assert.equal(status, 1, said);
    assert.match(said, /not the JSON of docs\/migrations\.md; nothing is done by it/);
    assert.match(said, why);
    assert.deepEqual(words(), [], "no command of the application was run");
    assert.ok(!existsSync(canary), "nothing of the plan was run");
  };

  it("is followed, name by name, where it is a plan", () => {
    const split = migration({ app: "cart", name: "0001_by-day.v2", atomic: false });
    const heads = { shop: ["0001_initial"] };
    printed(
      plan({ heads, after: { shop: ["0002_color"], cart: ["0001_by-day.v2"] }, pending: [migration(), split] }),
      plan({ heads, after: { shop: ["0002_color"], cart: ["0001_by-day.v2"] }, pending: [migration(), split] }),
      plan({ pending: [] }),
    );
    const { status, said } = migrate({ approval: "required", approved: "shop.0002_color cart.0001_by-day.v2" });
    assert.equal(status, 0, said);
    assert.deepEqual(words(), ["<step><shop><0002_color>", "<step><cart><0001_by-day.v2>"]);
  });

  it("is not followed where the backup before it failed", () => {
    printed(plan());
    // A container without the program that makes backups.
    const { status, said } = migrate({ backup: `${stack}-postgres` });
    assert.equal(status, 1);
    assert.match(said, /the backup before the migrations failed, as said above; the database was not changed/);
    assert.deepEqual(words(), []);
  });

  it("F25: asks for no backup of an empty database, without a plan command either", () => {
    docker("exec", `${stack}-postgres`, "createdb", "--username=postgres", "empty");
    const given = { plan: "", backup: `${stack}-postgres` };
    const { status, said } = migrate({ ...given, database: "empty" });
    assert.equal(status, 0, said);
    assert.match(said, /the database is empty/);
    assert.deepEqual(words(), ["<migrate>"]);
    assert.match(migrate(given).said, /the backup before the migrations failed/);
    assert.deepEqual(words(), ["<migrate>"]);
  });

  it("is not done where the command fails, whatever becomes of its output", () => {
    folder.write("fails-migrate", "");
    printed(plan());
    const { status, said } = migrate();
    assert.equal(status, 1);
    assert.match(
      said,
      /shop\.0002_color was rolled back: it failed; its output stands above\.[^]*The schema is as it was/,
    );
    assert.deepEqual(words(), ["<migrate>"]);
  });

  it("is gone back over in the opposite order, an application at a time, where its last migration fails", () => {
    folder.write("fails-migrate", "");
    const pending = ["shop.0002_color", "cart.0001_initial", "mail.0001_initial"].map((label) => {
      const [app, name] = label.split(".");
      return migration({ app, name });
    });
    const whole = plan({ after: { shop: ["0002_color"], cart: ["0001_initial"], mail: ["0001_initial"] }, pending });
    const heads = { shop: ["0002_color"], cart: ["0001_initial"] };
    printed(whole, whole, plan({ heads, after: { mail: ["0001_initial"] }, pending: pending.slice(2) }), whole);
    const { status, said } = migrate();
    assert.equal(status, 1);
    assert.deepEqual(words(), ["<migrate>", "<reverse><cart><zero>", "<reverse><shop><0001_initial>"]);
    assert.match(said, /The ones before it were reversed: shop\.0002_color cart\.0001_initial\./);
    const [last = ""] = readFileSync(join(state, stack, "migrations.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .slice(-1);
    assert.equal((JSON.parse(last) as { result: string }).result, "reversed");
  });

  it("F2: is not gone back over where the reverse of a migration does nothing", () => {
    folder.write("fails-migrate", "");
    const pending = [migration({ reversible: false }), migration({ name: "0003_broken" })];
    const whole = plan({ after: { shop: ["0003_broken"] }, pending });
    const heads = { shop: ["0002_color"] };
    printed(whole, whole, plan({ heads, after: { shop: ["0003_broken"] }, pending: pending.slice(1) }));
    const { status, said } = migrate();
    assert.equal(status, 1);
    assert.match(said, /shop\.0003_broken was rolled back: .* The ones before it stay: shop\.0002_color\./);
    assert.match(said, /shop\.0002_color cannot be reversed without loss/);
    assert.deepEqual(words(), ["<migrate>"]);
  });

  const attack = `x$(${run})`;
  it("is refused before anything else happens where it attacks, in a database that is new too", () => {
    printed(plan({ after: { shop: [attack] }, pending: [migration({ name: attack, atomic: false })] }));
    refused(migrate(), /plan: after names the migration "x\$\(touch /);
  });

  it("is refused where only what it prints after a failure attacks, on the way back too", () => {
    folder.write("fails-step", "");
    const two = [migration(), migration({ name: "0003_broken", atomic: false })];
    const whole = plan({ after: { shop: ["0003_broken"] }, pending: two });
    printed(whole, whole, plan({ heads: { shop: [attack] }, after: { shop: ["0003_broken"] }, pending: two.slice(1) }));
    const { status, said } = migrate();
    assert.equal(status, 1);
    assert.match(said, /plan: heads names the migration/);
    assert.match(said, /the database could not be asked what came of it/);
    assert.deepEqual(words(), ["<step><shop><0002_color>"], "and nothing was reversed by it");
    assert.ok(!existsSync(canary));
  });

  it("is refused by `socle migrations reverse` in either of its plans", () => {
    const reverse = (image = ""): { status: number | null; said: string } => {
      const { status, stdout, stderr } = runScript(
        "migration/reverse.sh",
        {
          ...{ stack, database: "postgres", backend, image, lock: "1", targets: "shop.0001_initial" },
          ...{ plan: command("plan"), reverse: command("reverse") },
        },
        { environment: { SOCLE_STATE: state } },
      );
      return { status, said: `${String(stdout)}${String(stderr)}` };
    };
    docker("run", "--rm", `--volumes-from=${backend}`, "--entrypoint=sh", image, "-c", ": >/run/socle/environment");
    const back = plan({ heads: { shop: ["0002_color"] }, after: { shop: ["0001_initial"] } });
    printed({ ...back, pending: [migration({ name: attack })] });
    refused(reverse(), /plan: pending names the migration/);
    printed(back, { ...back, pending: [migration({ name: attack })] });
    const { status, said } = reverse();
    assert.equal(status, 1, said);
    assert.deepEqual(words(), ["<reverse><shop><0001_initial>"]);
    assert.ok(!existsSync(canary));
    printed(back, plan({ pending: [] }));
    assert.equal(reverse().status, 0, "and followed where both are plans");
    // An image that somebody named stays a word too.
    assert.match(reverse(`x'; ${run}; '`).said, /cannot pull x'; touch/);
    assert.ok(!existsSync(canary));
  });

  it("approves nothing by what it leaves out", () => {
    printed(plan({ after: undefined }));
    refused(migrate({ approval: "required", approved: "shop.0001_initial shop.0002_color" }), /plan: after is missing/);
    const unlisted = migrate({ approval: "required", approved: "shop.0002_color", plan: "" });
    assert.equal(unlisted.status, 1);
    assert.match(unlisted.said, /application\.commands\.plan: is not set, so that no migration can be approved/);
    assert.deepEqual(words(), []);
  });

  it("is nothing pending only where the plan itself says so", () => {
    printed('{"heads": {}, "after": {}, "pending": [}');
    refused(migrate(), /ERROR/);
    // What looks like an empty plan inside another.
    printed(plan({ "x": nothingPending } as Plan)); // prettier-ignore
    const { said } = migrate({ approval: "required", approved: "" });
    assert.match(said, /nobody approved shop\.0002_color; nothing was changed/);
    assert.deepEqual(words(), []);
    printed(nothingPending);
    assert.match(migrate().said, /nothing pending/);
  });

  /** What facts.sh says of each plan: all of them in one run, inside the container that psql is started in. */
  const factsOf = (plans: readonly (Plan | string)[]): string[] => {
    const part = (name: string): string => readFileSync(join(scripts, "migration", name), "utf8");
    const program = `stack=${stack} database=postgres
docker() { shift 3; "$@"; }
${part("application.sh")}
${part("facts.sh")}
while IFS= read -r line; do printf '%s\\n' "$line" | facts forwards 2>&1; printf '\\036'; done`;
    const input = plans.map((each) => `${typeof each === "string" ? each : JSON.stringify(each)}\n`).join("");
    const { stdout } = spawnSync("docker", ["exec", "--interactive", `${stack}-postgres`, "sh", "-c", program], {
      input,
    });
    return String(stdout).split("\x1e").slice(0, -1);
  };

  it("is taken for one only where every name is a name and nothing is left out", () => {
    const named = (name: unknown): Plan => plan({ after: { shop: [name] }, pending: [migration({ name })] });
    const badName = /^refused pending names the migration .*; letters, digits, _, - and \. make a name$/m;
    const badApplication = /^refused \w+ names the application .*; letters, digits and _ make a name$/m;
    const two = [migration(), migration({ name: "0003_drop" })];
    const table: [Plan | string, RegExp][] = [
      [named(`$(${run})`), badName],
      [named(`\`${run}\``), badName],
      [named(`0002_color; ${run};`), badName],
      [named(`'; ${run}; '`), badName],
      [named(`0002_color\npending shop.0003 atomic reversible\nwhole`), badName],
      [named("--fake"), badName],
      [named("0002_color 0001_initial"), badName],
      [named("*"), badName],
      [named(""), badName],
      [named("é\u202e"), badName],
      [named("x".repeat(256)), badName],
      [named(null), badName],
      [named({ name: "0002" }), badName],
      [plan({ pending: [migration({ app: attack })] }), badApplication],
      [plan({ pending: [migration({ app: "-v" })] }), badApplication],
      [plan({ pending: [migration({ app: undefined })] }), badApplication],
      [plan({ pending: ["shop.0002_color"] }), badApplication],
      [plan({ heads: { [attack]: ["0001_initial"] } }), badApplication],
      [plan({ after: { shop: ["0002_color"], [attack]: ["0001"] } }), badApplication],
      [plan({ heads: { shop: [attack] } }), /^refused heads names the migration/m],
      [plan({ after: { shop: ["0002_color", attack] } }), /^refused after names the migration/m],
      [plan({ after: undefined }), /^refused after is missing$/m],
      [plan({ after: {} }), /^refused after does not name shop\.0002_color, the last one pending$/m],
      [plan({ after: { cart: ["0001"] } }), /^refused after does not name shop\.0002_color/m],
      [plan({ after: { shop: ["0001_initial"] } }), /^refused after does not name shop\.0002_color/m],
      [plan({ pending: two }), /^refused after does not name shop\.0003_drop/m],
      [
        plan({ after: { shop: ["0002_color", "0001_x"] } }),
        /^refused after names shop\.0001_x, which is not pending$/m,
      ],
      [plan({ heads: undefined }), /^refused heads is missing$/m],
      [plan({ pending: undefined }), /^refused pending is missing$/m],
      [
        plan({ pending: [migration({ atomic: undefined })] }),
        /^refused pending\.0\.atomic is neither true nor false$/m,
      ],
      [plan({ pending: [migration({ reversible: "yes" })] }), /^refused pending\.0\.reversible is neither/m],
      [plan({ pending: "none" }), /ERROR/],
      [plan({ heads: { shop: "0001_initial" } }), /ERROR/],
      ["no plan", /ERROR/],
      ["", /ERROR|^$/],
      ['{"heads": {', /ERROR/],
    ];
    const answers = factsOf(table.map(([each]) => each));
    assert.equal(answers.length, table.length);
    for (const [at, said] of answers.entries()) {
      const [each, why] = table[at]!;
      assert.match(said, why, JSON.stringify(each));
      assert.ok(!said.endsWith("whole\n") || /^refused /m.test(said), JSON.stringify(each));
    }
    assert.ok(!existsSync(canary));
    const [whole, none] = factsOf([plan(), nothingPending]);
    assert.equal(
      whole,
      "before shop.0001_initial\nafter shop.0002_color\npending shop.0002_color atomic reversible\nwhole\n",
    );
    assert.equal(none, "before shop.0002_color\nwhole\n");
  });

  it("cannot name an index so that a command shown for it runs another when it is pasted", () => {
    const name = `x'; ${run}; '`;
    const sql = (statement: string): string =>
      docker("exec", `${stack}-postgres`, "psql", "--quiet", "--username=postgres", `--command=${statement}`);
    sql(`CREATE INDEX "${name}" ON thing (id)`);
    sql(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"${name.replaceAll("'", "''")}"'::regclass`);
    try {
      printed(plan({ pending: [migration({ atomic: false })] }));
      const { said } = migrate();
      const shown = /npm run -s socle -- (psql .*)$/m.exec(said)?.[1] ?? "";
      const pasted = docker(
        "run",
        "--rm",
        "--entrypoint=sh",
        image,
        "-c",
        `printf '%s\\n' ${shown}; ls ${canary} 2>&1 || true`,
      );
      assert.ok(pasted.split("\n").includes(`DROP INDEX CONCURRENTLY public."${name}";`), pasted);
      assert.match(pasted, /No such file/);
    } finally {
      sql(`DROP INDEX "${name}"`);
    }
  });
});
