// A site on a server that loses its power, and one that is rebooted afterwards.
import { describe, it } from "mocha";

import { ownServer } from "../journey/server/own-server.ts";
import { isBackAfterRestart } from "../journey/server/restarted.ts";

describe("a site on a server over SSH", function () {
  this.timeout(600_000);
  const site = ownServer();

  for (const [what, powerLoss] of [
    ["a power failure", true],
    ["a reboot after it", false],
    ["another power failure", true],
  ] as const)
    it(`is back after ${what}, without hands and with its data`, async () => {
      await isBackAfterRestart(site(), { powerLoss });
    });
});
