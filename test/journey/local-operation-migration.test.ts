// Migrations that fail, are cut off, or wait for approval, while visitors go on using the site.
import assert from "node:assert/strict";

import { after, before, beforeEach, describe, it } from "mocha";

import { environmentModel } from "../../config/environment.ts";
import { previewMigrations, UnapprovedError } from "../../migration/preview.ts";
import { readStackFile } from "../../operations/check/stack-file.ts";
import type { History } from "../../operations/release-history.ts";
import { until } from "../lab/deadline.ts";
import { Guarded } from "../lab/guarded.ts";
import { Load } from "../lab/load.ts";
import { changingSite, ownSecrets } from "./local-site.ts";
import { Operator } from "../lab/operator.ts";

describe("migrations of a local stack", function () {
  this.timeout(480_000);
  let guarded: Guarded;
  // Before the site goes.
  after(() => guarded.remove());
  const site = changingSite.use();
  before(async () => {
    guarded = await Guarded.of(site());
  });
  beforeEach(() => guarded.reset());

  /** Everybody is answered, and every task that was acknowledged is done. */
  const underLoad = async (action: (load: Load) => Promise<unknown>): Promise<void> => {
    const load = await Load.during(site(), ownSecrets.ADMIN_TOKEN, action);
    assert.deepEqual(load.failures, []);
  };
  const sleeping = (count: number) => async (): Promise<boolean> =>
    (await guarded.sql("SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"))
      .length === count;
  const initial = ["0001_initial"];

  it("stop in production before anything is changed, until their heads are approved", async () => {
    const image = await guarded.image("0002_color");
    const backups = await guarded.backups();
    const required = { approval: "required", backup: site().container("backup") };
    const refused = await guarded.migrate(image, { ...required, approved: "guarded.0001_initial" });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /nobody approved guarded\.0002_color; nothing was changed/);
    assert.match(refused.stderr, /add to migrations\.approved: guarded\.0002_color/);
    assert.deepEqual(await guarded.applied(), initial);
    assert.equal(await guarded.backups(), backups, "nor was there a backup");

    const approved = "copies.0005_x guarded.0002_color";
    const applied = await guarded.migrate(image, { ...required, approved });
    assert.equal(applied.code, 0, applied.stderr);
    assert.deepEqual(await guarded.applied(), [...initial, "0002_color"]);
    assert.equal(await guarded.backups(), backups + 1, "a verified backup came first");

    const again = await guarded.migrate(image, { ...required, approved: "" });
    assert.equal(again.code, 0);
    assert.match(again.stdout, /^static files: 0 static files copied.*\nmigrations: nothing pending\n$/);
    assert.equal(await guarded.backups(), backups + 1);
  });

  it("give up a lock that others hold, after bounded attempts; take it when it gets free (row 11)", async () => {
    const image = await guarded.image("0002_color");
    await underLoad(async () => {
      const long = guarded.transaction("SELECT count(*) FROM guarded_thing");
      try {
        const { code, stdout, stderr } = await guarded.migrate(image, { retries: "1" });
        assert.equal(code, 1);
        assert.match(stdout, /a lock was not free within 1 s.*attempt 1 of 1/);
        assert.match(stderr, /0002_color was rolled back: the lock that it needs was not free in 2 attempts/);
        assert.match(stderr, /The schema is as it was/);
        assert.deepEqual(await guarded.applied(), initial);
        const patient = guarded.start(image);
        await until("it was in vain once", 60, () => Promise.resolve(patient.said.includes("a lock was not free")));
        await long.close();
        assert.equal(await patient.code, 0, patient.said);
      } finally {
        await long.close();
      }
    });
    assert.deepEqual(await guarded.columns(), ["id", "name", "color"]);
  });

  it("are rolled back when their session is killed; a killed deployment is taken up by the next (row 9)", async () => {
    const image = await guarded.image("0002_slow");
    await underLoad(async () => {
      const running = guarded.migrate(image);
      await until("it works", 60, sleeping(1));
      await guarded.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'");
      const { code, stdout, stderr } = await running;
      assert.equal(code, 1);
      assert.match(stdout, /terminating connection/, "the command's own output is shown");
      assert.match(stderr, /guarded\.0002_slow was rolled back.*\n.*The schema is as it was/);
      assert.deepEqual([await guarded.applied(), await guarded.columns()], [initial, ["id", "name"]]);

      const cut = guarded.start(image);
      await until("it works", 60, sleeping(1));
      cut.kill();
      await cut.code;
      const next = await guarded.migrate(image);
      assert.equal(next.code, 0, next.stderr);
      assert.match(next.stdout, /waiting for .*, which an earlier deployment started/);
      assert.deepEqual(await guarded.applied(), ["0001_initial", "0002_slow"]);
    });
  });

  it("are reversed to the heads from before when a later one fails, and stay where that would lose something", async () => {
    const reversible = await guarded.migrate(await guarded.image("0002_color", "0003_broken"));
    assert.equal(reversible.code, 1);
    assert.match(reversible.stdout, /duplicate key value/);
    assert.match(
      reversible.stderr,
      /0003_broken was rolled back.*The ones before it were reversed: guarded\.0002_color/,
    );
    assert.match(reversible.stderr, /The schema is as it was/);
    assert.deepEqual([await guarded.applied(), await guarded.columns()], [initial, ["id", "name"]]);

    const image = await guarded.image("0002_final", "0003_broken");
    const final = await guarded.migrate(image, { backup: site().container("backup") });
    assert.equal(final.code, 1);
    assert.match(final.stderr, /The ones before it stay: guarded\.0002_final/);
    assert.match(final.stderr, /restore the backup, which loses everything written since/);
    assert.match(final.stderr, /The backup from before is snapshot [0-9a-f]{8}/);
    assert.deepEqual(await guarded.applied(), ["0001_initial", "0002_final"]);
  });

  it("that are not atomic are left as they are when killed, and what they left is named (row 10)", async () => {
    const image = await guarded.image("0002_index");
    // An index is built concurrently once older transactions are gone.
    const old = guarded.transaction(
      "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
      "SELECT count(*) FROM guarded_thing",
    );
    try {
      const running = guarded.migrate(image);
      const builders =
        "FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'";
      await until(
        "it waits for the older transaction",
        60,
        async () => (await guarded.sql(`SELECT pid ${builders}`)).length > 0,
      );
      await guarded.sql(`SELECT pg_terminate_backend(pid) ${builders}`);
      const { code, stderr } = await running;
      assert.equal(code, 1);
      assert.match(stderr, /guarded\.0002_index is not atomic.*\n.*Nothing was reversed/);
      assert.match(stderr, /Invalid indexes that it left: public\.thing_name/);
    } finally {
      await old.close();
    }
    const again = await guarded.migrate(image);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /public\.thing_name is an invalid index.*nothing was changed/);
    const [, mend = ""] = /--command '(DROP INDEX [^']+)'/.exec(again.stderr) ?? [];
    await guarded.sql(mend);
    const mended = await guarded.migrate(image);
    assert.equal(mended.code, 0, mended.stderr);
    assert.deepEqual(await guarded.applied(), ["0001_initial", "0002_index"]);
  });

  it("are shown by the preview; one without a way back, then a bad release: the code goes back, the schema stays (row 12)", async () => {
    const operator = new Operator(site().stack);
    const { release } = site().output;
    const { image: former } = site().stack.settings["application"] as { image: string };
    const image = await guarded.image("0002_final", "broken page");
    await site().stack.configure(site().changed("application", { image }));
    const { stdout } = await site().stack.preview();
    assert.match(stdout, /migration guarded\.0002_final {2}\(irreversible: RunPython has no reverse\)/);
    assert.match(stdout, /- Add field color to Thing/);
    assert.match(stdout, /! data: runs Python code/);
    await refusedInProduction();

    await underLoad(async (load) => {
      // There and back.
      load.reloads = 2;
      const { code, stdout } = await site().stack.up({ check: false });
      assert.notEqual(code, 0);
      assert.match(stdout, /The traffic is back on the former release/);
    });
    assert.deepEqual(await guarded.applied(), ["0001_initial", "0002_final"]);
    const back = await operator.socle(["migrations", "reverse", "guarded.0001_initial", "--image", image, "--yes"], {
      check: false,
    });
    assert.equal(back.code, 1);
    assert.match(back.stderr, /no way back over guarded\.0002_final: RunPython has no reverse. Nothing was changed/);
    assert.match(back.stderr, /restore the backup from before, which loses everything that was written since/);

    await until("the failure is recorded", 30, async () => {
      const { releases } = await operator.json<History>(["releases"]);
      const { result, released } = releases.at(-1) ?? {};
      return result === "failed" && released?.image === image;
    });
    const { stdout: said } = await operator.socle(["rollback", "--yes"]);
    assert.match(said, /^Schema: {3}kept as it is \([^)]*guarded\.0002_final\)/m);
    assert.match(said, /socle migrations reverse [^\n]*guarded\.\S+[^\n]* --image socle-e2e-image:/);
    assert.match(said, /with what that loses: socle restore/);
    assert.deepEqual(await guarded.applied(), ["0001_initial", "0002_final"]);
    assert.deepEqual(await guarded.columns(), ["id", "name", "color"]);
    await site().stack.configure(site().changed("application", { image: former }));
    site().output = await site().stack.outputs();
    assert.equal(site().output.release, release);
    await site().stack.preview(["--expect-no-changes"]);
  });

  /** The same settings in production: the preview itself refuses, until the heads are approved. */
  const refusedInProduction = async (): Promise<void> => {
    const { project: name, configuration } = readStackFile(site().stack.folder, site().stack.name);
    const model = { ...environmentModel(name, site().stack.name, configuration), tier: "production" as const };
    const quiet = { info: () => undefined, warn: () => undefined };
    await assert.rejects(previewMigrations(name, site().stack.name, model, site().output, quiet), (error: Error) => {
      assert.ok(error instanceof UnapprovedError);
      assert.match(error.message, /guarded\.0002_final: pending in production and not approved/);
      assert.match(error.message, /socle:migrations: \{ approved: \[guarded\.0002_final\] \}/);
      return true;
    });
  };
});
