// The deployer is killed at each step of a release, under load: what serves goes on, and the next `up` takes over.
import assert from "node:assert/strict";

import { after, describe, it } from "mocha";

import type { History } from "../../operations/release-history.ts";
import { until } from "../lab/deadline.ts";
import { deploy, endLeft, releaseSteps } from "../lab/deployer.ts";
import { Load } from "../lab/load.ts";
import { changingSite, ownSecrets } from "./local-site.ts";
import { Operator } from "../lab/operator.ts";
import { assertExact } from "../lab/oracle.ts";

/** Half a minute each: every other one, unless more is asked for (SOCLE_FAULTS_ROUNDS=1). */
const steps = releaseSteps.filter((_, index) => process.env["SOCLE_FAULTS_ROUNDS"] !== undefined || index % 2 === 1);

describe("a deployer that is killed in a local stack", function () {
  this.timeout(480_000);
  after(endLeft);
  const site = changingSite.use();

  it(`at ${steps.length} steps of a release: one of both serves, the next up goes on, the ledger is exact (row 1)`, async () => {
    const { stack } = site();
    const former = site().output;
    const image = await site().derivedImage("released by a deployer who is killed");
    await stack.configure(site().changed("application", { image }));
    const load = await Load.during(site(), ownSecrets.ADMIN_TOKEN, async (running) => {
      // Each run may load Nginx's configuration again.
      running.reloads = steps.length;
      for (const [index, { name, step }] of steps.entries()) {
        // Each goes on from where the one before was killed.
        const { hit, said } = await deploy(stack, { step, what: index % 2 === 0 ? "everything" : "engine" });
        assert.ok(hit, `${name} did not come:\n${said}`);
      }
      const { code, said } = await deploy(stack);
      site().output = await stack.outputs();
      assert.equal(code, 0, said);
      assert.match(said, /^Freed the state of \S+: the run that had locked it was killed/m);
      assert.match(said, /The former deployment, by \S+, .* ago, did not end: it was killed or cut off/);
    });
    const { release } = site().output;
    assert.deepEqual(load.failures, []);
    assert.notEqual(release, former.release);
    assert.deepEqual([...load.releases.keys()].sort(), [former.release, release].sort());
    await assertExact(site(), load);
  });

  it("is recorded as one that failed, unless its release served already", async () => {
    const { image } = site().stack.settings["application"] as { image: string };
    const operator = new Operator(site().stack);
    const ofThis = async () => {
      const { releases, flaws } = await operator.json<History>(["releases"]);
      assert.deepEqual(flaws, []);
      return releases.filter(({ released }) => released.image === image);
    };
    // The last of them was killed when its release served and was recorded. What watches over each writes in its own time.
    await until("those that were killed are recorded", 60, async () => {
      const failed = (await ofThis()).filter(({ result }) => result === "failed").map(({ reason }) => reason);
      const killed = failed.filter((reason) => reason.startsWith("The deployment was killed"));
      // Of half of them the program died too. Where it lived on, its own last error may be what is recorded.
      if (killed.length >= Math.floor(steps.length / 2)) return true;
      throw new Error(`recorded: ${failed.join(" | ")}`);
    });
    assert.equal((await ofThis()).filter(({ result }) => result === "succeeded").length, 1);
  });
});
