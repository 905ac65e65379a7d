// Migrations that fail, are cut off, or wait for approval, while others go on using the database.
import assert from "node:assert/strict";

import { after, before, beforeEach, describe, it } from "mocha";

import { until } from "../lab/deadline.ts";
import { Ground } from "../lab/ground.ts";
import { Guarded } from "../lab/guarded.ts";
import { underTraffic } from "../lab/traffic.ts";

describe("migrations of a local stack", function () {
  this.timeout(300_000);
  let ground: Ground;
  let guarded: Guarded;
  before(async () => {
    ground = await Ground.of({ services: ["backup", "migrate"] });
    guarded = await Guarded.of(ground);
  });
  after(async () => {
    try {
      await guarded.remove();
    } finally {
      await Ground.removeAll();
    }
  });
  beforeEach(() => guarded.reset());

  const reads = "SELECT count(*) FROM";
  const ofSite = [
    `${reads} django_session`,
    "INSERT INTO django_session VALUES (gen_random_uuid(), '', now()) RETURNING 1",
  ];
  const ofThing = [`${reads} guarded_thing`, "UPDATE guarded_thing SET name = name WHERE id = 1 RETURNING id"];
  /** Everybody is answered, and nobody waits for longer than a migration may wait for its lock. */
  const underLoad = async (statements: string[], action: () => Promise<unknown>): Promise<void> => {
    assert.deepEqual(await underTraffic(ground, statements, action), []);
  };
  const waiting = async (): Promise<boolean> =>
    (await guarded.sql("SELECT pid FROM pg_stat_activity WHERE query LIKE '%guarded_go%' AND state = 'active'"))
      .length > 1;
  const initial = ["0001_initial"];

  it("stop in production before anything is changed, until their heads are approved", async () => {
    const image = await guarded.image("0002_color");
    const backups = await guarded.backups();
    const required = { approval: "required", backup: ground.container("backup") };
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
    await underLoad([...ofSite, ...ofThing], async () => {
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
    await underLoad(ofSite, async () => {
      const running = guarded.migrate(image);
      await until("it works", 60, waiting);
      await guarded.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%guarded_go%' AND pid <> pg_backend_pid()",
      );
      const { code, stdout, stderr } = await running;
      assert.equal(code, 1);
      assert.match(stdout, /terminating connection/, "the command's own output is shown");
      assert.match(stderr, /guarded\.0002_slow was rolled back.*\n.*The schema is as it was/);
      assert.deepEqual([await guarded.applied(), await guarded.columns()], [initial, ["id", "name"]]);

      const cut = guarded.start(image);
      await until("it works", 60, waiting);
      cut.kill();
      await cut.code;
      const next = guarded.start(image);
      const found = /waiting for .*, which an earlier deployment started/;
      await until("the next one finds it", 60, () => Promise.resolve(found.test(next.said)));
      await guarded.go();
      assert.equal(await next.code, 0, next.said);
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
    const final = await guarded.migrate(image, { backup: ground.container("backup") });
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
});
