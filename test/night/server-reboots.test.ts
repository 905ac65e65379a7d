// A site on a server that loses its power and is rebooted: at rest, and in the middle of releases.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import type { History } from "../../operations/release-history.ts";
import { ownServer } from "../journey/server/own-server.ts";
import { isBackAfterRestart } from "../journey/server/restarted.ts";
import { domains } from "../journey/server/site-on-server.ts";
import { Visits } from "../journey/server/visits.ts";
import { until } from "../lab/deadline.ts";
import { deploy, releaseSteps } from "../lab/deployer.ts";
import { Operator } from "../lab/operator.ts";

const [domain] = domains;

describe("a site on a server over SSH", function () {
  this.timeout(600_000);
  this.slow(20_000);
  const site = ownServer();

  for (const [what, powerLoss] of [
    ["a power failure", true],
    ["a reboot", false],
  ] as const)
    it(`is back after ${what}, without hands and with its data`, async () => {
      await isBackAfterRestart(site(), { powerLoss });
    });

  it("goes on with a release whose sessions are cut, and then with one whose server reboots (rows 2 and 22)", async () => {
    const { server, output: before } = site();
    const { administrator, copy } = await site().work();
    const { stack, host } = server;
    const step = (name: string): RegExp => {
      const found = releaseSteps.find((one) => one.name === name);
      assert.ok(found);
      return found.step;
    };
    const { application } = stack.settings as { application: { environment?: object } };
    const environment = { ...application.environment, GREETING: "later" };
    await stack.configure({ application: { ...application, environment } });

    // All that the deployer has open there ends once the new configuration is in place, with what runs in it.
    const configuration = () => server.docker("exec", `${stack.prefix}-nginx`, "readlink", "/etc/socle/current");
    const [previous] = await configuration();
    const visits = new Visits(host.address, domain);
    const cut = await deploy(stack, {
      step: step("the switch"),
      what: async () => {
        await until("the new configuration", 30, async () => (await configuration())[0] !== previous, 0.05);
        await host.exec(`pkill -KILL -u ${host.user} sshd`);
      },
    });
    assert.ok(cut.hit, cut.said);
    assert.notEqual(cut.code, 0, cut.said);
    assert.match(cut.said, /closed by remote host|Connection to \S+ closed|connection reset|broken pipe/i);
    assert.deepEqual(await visits.end(), []);

    const rebooted = await deploy(stack, { step: step("the scheduler's replacement"), what: () => host.restart() });
    assert.ok(rebooted.hit, rebooted.said);
    const last = await deploy(stack);
    assert.equal(last.code, 0, last.said);
    site().output = await stack.outputs();
    const { output, containers } = site();
    assert.notEqual(output.release, before.release);
    await server.well(containers, domain, 60);
    const labelled = ["--format", '{{.Label "socle.service"}}', "--filter", "label=socle.service"];
    const running = await server.docker("ps", ...labelled);
    for (const service of ["backend", "worker", "beat"])
      assert.equal(running.filter((name) => name === service).length, 1, `${service}: ${running.join(" ")}`);
    await stack.preview(["--expect-no-changes", "--refresh"]);
    const { releases, flaws } = await new Operator(stack).json<History>(["releases"]);
    assert.deepEqual(flaws, []);
    const ofThis = releases.filter(({ released }) => released.release === output.release);
    assert.equal(ofThis.filter(({ result }) => result === "succeeded").length, 1);
    assert.equal(await administrator.whoAmI(), "admin");
    assert.deepEqual(await administrator.copy(copy.id), copy);
  });

  it("is back after another power failure, without hands and with its data", async () => {
    await isBackAfterRestart(site(), { powerLoss: true });
  });
});
