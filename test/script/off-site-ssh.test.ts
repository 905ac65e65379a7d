// Copies of the backups on an SSH server, whose key is pinned.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { after, before, describe, it } from "mocha";

import type { Backup, Whereabouts } from "../../operations/backup/repository.ts";
import { FaultProxy } from "../lab/fault-proxy.ts";
import { Ground } from "../lab/ground.ts";
import { createNetwork, type LabNetwork } from "../lab/network.ts";
import { plainSite } from "../lab/plain-site.ts";
import { type Host, startHost } from "../lab/ssh-host.ts";

type Listed = Backup & Whereabouts;

describe("off-site copies of a local stack", function () {
  this.timeout(300_000);
  let ground: Ground;
  let network: LabNetwork;
  let host: Host;
  let relay: FaultProxy;
  before(async () => {
    network = await createNetwork();
    host = await startHost(network, { kind: "bare", user: "deploy", distribution: "bookworm" });
    relay = await FaultProxy.start({ host: host.address, port: host.port });
    const { address, port } = relay;
    const offsite = { type: "sftp", address, port, user: host.user, hostKey: host.hostKey };
    ground = await Ground.of({
      services: ["offsite"],
      sections: { ...plainSite(), backup: { offsite } },
      credentials: { offsitePrivateKey: await readFile(host.privateKeyFile, "utf8") },
    });
  });
  after(async () => {
    await Ground.removeAll();
    await relay.stop();
    await network.remove();
  });

  it("go to an SSH server too, whose key is pinned", async () => {
    await ground.operator.socle(["backup", "now"]);
    await ground.operator.socle(["backup", "copy"]);
    const { backups } = await ground.operator.json<{ backups: Listed[] }>(["backup", "list"]);
    assert.ok(backups.length > 0 && backups.every(({ local, offsite }) => local && offsite));
    assert.match((await host.ssh(`ls ${ground.stack.prefix}`)).stdout, /^snapshots$/m);

    // Another server behind the same address.
    await host.exec("rm /etc/ssh/ssh_host_* && ssh-keygen -A");
    await host.restart();
    const { code, stderr } = await ground.operator.socle(["backup", "copy"], { check: false });
    assert.equal(code, 1);
    assert.match(stderr, /Host key verification failed/);
  });
});
