// The deployer is killed at each step of a release, under load: what serves goes on, and the next `up` takes over.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { after, before, describe, it } from "mocha";

import { deploy, endLeft, releaseSteps } from "../lab/deployer.ts";
import { assertKillsRecorded } from "../lab/killed-releases.ts";
import { Load } from "../lab/load.ts";
import { Operator } from "../lab/operator.ts";
import { assertExact } from "../lab/oracle.ts";
import { LocalSite } from "../lab/running-site.ts";
import { sampleSite } from "../lab/stack.ts";

const minute = 60_000;

describe("a deployer that is killed at every step, in a local stack under load", function () {
  this.timeout(15 * minute);
  const token = randomBytes(12).toString("hex");
  let site: LocalSite;
  before(async () => {
    const sections = sampleSite("socle-example-site:dev");
    const application = {
      ...(sections["application"] as object),
      startTimeout: 45,
      environment: {
        THROTTLE_ANON: "1000000/minute",
        THROTTLE_USER: "1000000/minute",
        // A worker that starts takes every task that another holds for longer than this: it outlasts a change of workers.
        CELERY_VISIBILITY_TIMEOUT: 20,
        CELERY_TASK_TIME_LIMIT: 15,
        BEAT_TRACE_SECONDS: 2,
      },
    };
    site = await LocalSite.create({ ...sections, application, nginx: { drain: 6 } }, { ADMIN_TOKEN: token });
    await site.up();
  });
  after(async () => {
    await endLeft();
    await site.remove();
  });

  it("one of both releases serves, the next up goes on, the ledger is exact (row 1)", async () => {
    const { stack } = site;
    const former = site.output;
    const image = await site.derivedImage("released by a deployer who is killed");
    await stack.configure(site.changed("application", { image }));
    const load = await Load.during(site, token, async (running) => {
      // Each run may load Nginx's configuration again.
      running.reloads = releaseSteps.length;
      for (const [index, { name, step }] of releaseSteps.entries()) {
        // Each goes on from where the one before was killed.
        const { hit, said } = await deploy(stack, { step, what: index % 2 === 0 ? "everything" : "engine" });
        assert.ok(hit, `${name} did not come:\n${said}`);
      }
      const { code, said } = await deploy(stack);
      site.output = await stack.outputs();
      assert.equal(code, 0, said);
      assert.match(said, /^Freed the state of \S+: the run that had locked it was killed/m);
      assert.match(said, /The former deployment, by \S+, .* ago, did not end: it was killed or cut off/);
    });
    const { release } = site.output;
    assert.deepEqual(load.failures, []);
    assert.notEqual(release, former.release);
    assert.deepEqual([...load.releases.keys()].sort(), [former.release, release].sort());
    await assertExact(site, load);
  });

  it("each is recorded as one that failed, unless its release served already", async () => {
    const { image } = site.stack.settings["application"] as { image: string };
    await assertKillsRecorded(new Operator(site.stack), image, releaseSteps.length);
  });
});
