// Faults under load: each of some once, then as many as one likes by chance, from a seed that is printed.
import { randomInt } from "node:crypto";

import { after, before, describe, it } from "mocha";

import { endLeft } from "../lab/deployer.ts";
import { faults, strikes } from "./fault.ts";
import { Load } from "../lab/load.ts";
import { changingSite, ownSecrets } from "./local-site.ts";
import { assertExact } from "../lab/oracle.ts";
import { Operator } from "../lab/operator.ts";
import { Random } from "../lab/random.ts";

const seed = Number(process.env["SOCLE_FAULTS_SEED"] || randomInt(2 ** 31));
/** Few, and only quick ones, unless more are asked for: `npm run faults`. */
const rounds = Number(process.env["SOCLE_FAULTS_ROUNDS"] || 1);
const long = process.env["SOCLE_FAULTS_ROUNDS"] !== undefined;

describe("faults of a local stack under load", function () {
  this.timeout(240_000 + rounds * 180_000);
  after(endLeft);
  const site = changingSite.use();
  before("a release whose tasks try again when the database is away", async function () {
    this.timeout(240_000);
    const edits = [
      "s/^from django.db import transaction/from django.db import Error, transaction/",
      's/@shared_task(name="copies[^"]*"/&, autoretry_for=(Error,), max_retries=None, default_retry_delay=2/',
    ];
    const script = edits.map((edit) => `-e '${edit}'`).join(" ");
    const command = `cd /app/copies/tasks && sed -i ${script} ledger.py process.py && grep -c autoretry ledger.py process.py`;
    await site().up(site().changed("application", { image: await site().derivedImage("tries again", command) }));
  });

  const underLoad = async (action: (load: Load) => Promise<void>): Promise<void> => {
    const load = await Load.during(site(), ownSecrets.ADMIN_TOKEN, action);
    if (load.failures.length > 0) throw new Error(`Visitors were failed:\n${load.failures.join("\n")}`);
    await assertExact(site(), load);
  };

  it("PostgreSQL, Redis and a worker inside a task are killed, PostgreSQL's disk is full: all comes back, the ledger is exact (rows 8, 14, 20, 21)", async () => {
    const random = new Random(1);
    await underLoad(async (load) => {
      for (const fault of faults.filter(({ row }) => [8, 14, 20, 21].includes(row)))
        await strikes(fault, site(), load, random);
    });
  });

  it(`at random, ${rounds} of them: npm run faults -- --seed ${seed} --rounds ${rounds}`, async () => {
    const random = new Random(seed);
    const choice = faults.filter(({ slow }) => long || !slow);
    await underLoad(async (load) => {
      for (let round = 1; round <= rounds; round += 1) {
        const fault = random.of(choice);
        console.log(`    round ${round} of ${rounds}, seed ${seed}: ${fault.name} (row ${fault.row})`);
        await strikes(fault, site(), load, random);
      }
    });
    if (long) await new Operator(site().stack).socle(["drill", "restore"], { timeoutSeconds: 300 });
  });
});
