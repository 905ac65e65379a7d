// Crashes, then faults under load: each of some once, and as many as one likes by chance, from a seed that is printed.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";

import { after, type Context, describe, it } from "mocha";

import { until } from "../lab/deadline.ts";
import { endLeft } from "../lab/deployer.ts";
import { within } from "../lab/engine.ts";
import { Load } from "../lab/load.ts";
import { Operator } from "../lab/operator.ts";
import { assertExact } from "../lab/oracle.ts";
import { pdf } from "../lab/pdf.ts";
import { Random } from "../lab/random.ts";
import { quietly } from "../lab/token.ts";
import { allWell, crash as kill, faults, strikes } from "./fault.ts";
import { ownSite } from "./own-site.ts";
import { loaded, loadedSecrets } from "./settings.ts";

const seed = Number(process.env["SOCLE_FAULTS_SEED"] || randomInt(2 ** 31));
/** Few, and only quick ones, unless more are asked for: `npm run faults`. */
const rounds = Number(process.env["SOCLE_FAULTS_ROUNDS"] || 1);
const long = process.env["SOCLE_FAULTS_ROUNDS"] !== undefined;
/** Seconds after which the broker gives a task that was not acknowledged to another worker. */
const visibility = 20;

const site = ownSite(loaded({ environment: { CELERY_VISIBILITY_TIMEOUT: visibility } }), {
  secrets: loadedSecrets,
  // Its tasks try again when the database is away.
  prepare: async (created) => {
    const edits = [
      "s/^from django.db import transaction/from django.db import Error, transaction/",
      's/@shared_task(name="copies[^"]*"/&, autoretry_for=(Error,), max_retries=None, default_retry_delay=2/',
    ];
    const script = edits.map((edit) => `-e '${edit}'`).join(" ");
    const command = `cd /app/copies/tasks && sed -i ${script} ledger.py process.py && grep -c autoretry ledger.py process.py`;
    return created.changed("application", { image: await created.derivedImage("tries again", command) });
  },
});

describe("a crash in a local stack", function () {
  this.timeout(300_000);
  const order = async (id: number, seconds: number): Promise<number> => {
    const headers = { "X-Admin-Token": loadedSecrets.ADMIN_TOKEN, "Content-Type": "application/json" };
    return (
      await site()
        .visitor()
        .ask({ method: "POST", path: "/api/ledger/", headers, body: JSON.stringify({ id, work_seconds: seconds }) })
    ).status;
  };
  const entry = async (id: number): Promise<{ runs: number; done: boolean } | undefined> => {
    const path = `/api/ledger/?after=${id - 1}`;
    const { body } = await site()
      .visitor()
      .ask({ path, headers: { "X-Admin-Token": loadedSecrets.ADMIN_TOKEN } });
    const { entries } = JSON.parse(body) as { entries: { id: number; runs: number; done: boolean }[] };
    return entries.find((found) => found.id === id);
  };
  const crash = (service: string): Promise<void> => kill(site(), service);
  /** When the task began that the first step cuts off; the last one sees what came of it. */
  let begun = 0;

  it("of a worker cuts a task off in the middle", async () => {
    assert.equal(await order(1, 3), 201);
    await until("the task has begun", 20, async () => (await entry(1))?.runs === 1);
    begun = Date.now();
    await crash("worker");
    assert.equal((await entry(1))?.done, false);
  });

  it("A9: of each container: all is back and healthy, and every piece of data is there", async () => {
    const visitor = await site().administrator();
    const before = await visitor.upload(pdf(2));
    await until("the copy is processed", 30, async () => (await visitor.copy(before.id)).state === "processed");
    const signedIn = ["sh", "-c", 'REDISCLI_AUTH=$(cat /run/socle/password) exec redis-cli "$@"', "redis"];
    const redis = async (...words: string[]) =>
      (await within(site().container("redis"), [...signedIn, ...words])).stdout.trim();
    assert.equal(await redis("set", "kept", "over a crash"), "OK");

    const others = ["postgres", "redis", "backend", "beat", "nginx"];
    for (const service of others) await crash(service);
    await until("the broker gives the task up", visibility + 2, () =>
      Promise.resolve(Date.now() - begun > (visibility + 1) * 1000),
    );
    // Workers ask for such tasks when they start, and then every 100 s only (kombu.transport.redis, QoS.restore_visible).
    await crash("worker");
    await allWell(site());

    assert.equal((await visitor.copy(before.id)).pages, 2, "still signed in, and the database has it");
    assert.ok((await visitor.ask({ path: before.url })).bytes.equals(pdf(2)), "the file is there");
    assert.equal(await redis("get", "kept"), "over a crash");
    const later = await visitor.upload(pdf(4));
    await until("work goes on", 30, async () => (await visitor.copy(later.id)).pages === 4);
    for (const service of [...others, "worker"])
      assert.deepEqual(await site().containers(service), [site().container(service)], service);
  });

  it("A9: of a worker in the middle of a task: a later one does the task", async () => {
    await until("the task is done", 60, async () => (await entry(1))?.done, 1);
    assert.equal((await entry(1))?.runs, 2);
  });

  it("of a backup's container takes what it was at with it: nothing of a recovery stays on the disk", async () => {
    const left = ["work", "drill", "recovering"].map((name) => `/backups/${name}`).join(" ");
    await within(site().container("backup"), [
      "sh",
      "-euc",
      `mkdir ${left}; for each in ${left}; do touch "$each/rows"; done`,
    ]);
    await crash("backup");
    const listed = async (): Promise<string> => (await within(site().container("backup"), ["ls", "/backups"])).stdout;
    await until("they are gone", 30, async () => !/^(?:work|drill|recovering)$/m.test(await listed()));
    assert.match(await listed(), /^repository$/m);
  });

  it("leaves nothing to change", async () => {
    await site().stack.preview(["--refresh", "--expect-no-changes"]);
  });
});

describe("faults of a local stack under load", function () {
  this.timeout(240_000 + rounds * 180_000);
  after(endLeft);

  const underLoad = (context: Context, action: (load: Load) => Promise<void>): Promise<void> =>
    quietly(context, async () => {
      const load = await Load.during(site(), loadedSecrets.ADMIN_TOKEN, action);
      assert.deepEqual(load.failures, [], "visitors were failed");
      await assertExact(site(), load);
    });

  it("PostgreSQL, Redis and a worker inside a task are killed, PostgreSQL's disk is full: all comes back, the ledger is exact (rows 8, 14, 20, 21)", async function () {
    const random = new Random(1);
    await underLoad(this, async (load) => {
      for (const fault of faults.filter(({ row }) => [8, 14, 20, 21].includes(row)))
        await strikes(fault, site(), load, random);
    });
  });

  it(`at random, ${rounds} of them: npm run faults -- --seed ${seed} --rounds ${rounds}`, async function () {
    const random = new Random(seed);
    const choice = faults.filter(({ slow }) => long || !slow);
    await underLoad(this, async (load) => {
      for (let round = 1; round <= rounds; round += 1) {
        const fault = random.of(choice);
        console.log(`    round ${round} of ${rounds}, seed ${seed}: ${fault.name} (row ${fault.row})`);
        await strikes(fault, site(), load, random);
      }
    });
    if (long) await new Operator(site().stack).socle(["drill", "restore"], { timeoutSeconds: 300 });
  });
});
