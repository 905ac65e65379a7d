// The deployer is killed at steps of a release: what serves goes on, and the next `up` takes over. Every step, under load: test/night.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { deploy, endLeft, type Victim } from "../lab/deployer.ts";
import { containersOf, inspect } from "../lab/engine.ts";
import { assertKillsRecorded } from "../lab/killed-releases.ts";
import { SmallSite } from "./small-site.ts";

const steps: { name: string; step: RegExp; what: Victim; formerServes: boolean }[] = [
  {
    name: "making the new backend",
    step: /docker:index:Container \S+-backend creating/,
    what: "everything",
    formerServes: true,
  },
  {
    name: "waiting for its health",
    step: /command:local:Command worker-healthy updating/,
    what: "engine",
    formerServes: true,
  },
  {
    name: "the removal of what served before",
    step: /docker:index:Container \S+-(backend|worker) deleting/,
    what: "everything",
    formerServes: false,
  },
];

describe("a deployer that is killed in a local stack", function () {
  this.timeout(600_000);
  this.slow(60_000);
  let site: SmallSite;
  let image: string;
  before(async () => {
    site = await SmallSite.create();
    await site.up();
    image = await site.derivedImage("released by a deployer who is killed");
  });
  after(async () => {
    await endLeft();
    await site.remove();
  });

  it(`at ${steps.length} steps of a release: one of both serves, the next up goes on`, async () => {
    const { stack } = site;
    const former = site.output;
    await stack.configure(site.changed("application", { image }));
    for (const { name, step, what, formerServes } of steps) {
      // Each goes on from where the one before was killed.
      const { hit, said } = await deploy(stack, { step, what });
      assert.ok(hit, `${name} did not come:\n${said}`);
      const serving = await containersOf(stack.prefix, "backend");
      assert.notEqual(serving.length, 0, name);
      if (formerServes) assert.ok(serving.includes(former.services["backend"]?.container ?? ""), name);
    }
    const { code, said } = await deploy(stack);
    site.output = await stack.outputs();
    assert.equal(code, 0, said);
    assert.match(said, /^Freed the state of \S+: the run that had locked it was killed/m);
    assert.match(said, /The former deployment, by \S+, .* ago, did not end: it was killed or cut off/);
    const { release } = site.output;
    assert.notEqual(release, former.release);
    for (const service of ["backend", "worker", "beat"]) {
      const [running = "", ...more] = await containersOf(stack.prefix, service);
      assert.deepEqual([running, more], [site.container(service), []], service);
      assert.equal((await inspect(running)).Config.Labels["socle.release"], release, service);
    }
    await stack.preview(["--expect-no-changes"]);
  });

  it("is recorded as one that failed, unless its release served already", async () => {
    await assertKillsRecorded(site.operator, image, steps.length);
  });
});
