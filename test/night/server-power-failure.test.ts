// A site on a server that loses its power, and one that is rebooted afterwards.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { isBackAfterRestart } from "../journey/server/restarted.ts";
import { SiteOnServer } from "../journey/server/site-on-server.ts";

describe("a site on a server over SSH", function () {
  this.timeout(600_000);
  let starting: Promise<SiteOnServer> | undefined;
  let started: SiteOnServer | undefined;
  before("the first pulumi up", async () => {
    started = await (starting = SiteOnServer.start());
  }).timeout(900_000);
  // Also where its coming up took too long: it removes itself where that failed.
  after("the server goes", async () => {
    await (await starting?.catch(() => undefined))?.remove();
  }).timeout(600_000);

  for (const [what, powerLoss] of [
    ["a power failure", true],
    ["a reboot after it", false],
    ["another power failure", true],
  ] as const)
    it(`is back after ${what}, without hands and with its data`, async () => {
      assert.ok(started);
      await isBackAfterRestart(started, { powerLoss });
    });
});
