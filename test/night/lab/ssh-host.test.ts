import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { docker, run } from "../../lab/command.ts";
import { type LabNetwork, createNetwork, leftovers } from "../../lab/network.ts";
import { scan } from "../../lab/scan.ts";
import { type Host, startHost } from "../../lab/ssh-host.ts";

describe("SSH hosts of the lab", function () {
  this.timeout(300_000);
  let network: LabNetwork;
  before(async () => {
    network = await createNetwork();
  });
  after(async () => {
    await network.remove();
    assert.deepEqual(await leftovers(network.run), []);
  });

  describe("host with Docker", () => {
    let host: Host;
    before(async () => {
      host = await startHost(network, { kind: "docker", user: "deploy", distribution: "bookworm" });
    });
    after(() => host.stop());

    it("lets its user in over SSH with the pinned key, and sudo without a password", async () => {
      assert.equal((await host.ssh("whoami; sudo -n whoami")).stdout, "deploy\nroot\n");
      assert.match(host.hostKey, /^ssh-ed25519 [A-Za-z0-9+/]{68}$/);
      assert.equal((await stat(host.privateKeyFile)).mode & 0o777, 0o600);
    });

    it("is refused by a client that knows another host key, and refuses other keys and root", async () => {
      const key = join(network.directory, "other");
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
      const otherHostKey = (await readFile(`${key}.pub`, "utf8")).trim();
      const attempt = async (user: string, hostKey: string, identity: string): Promise<string> => {
        await writeFile(`${key}.known`, `${host.address} ${hostKey}\n`);
        // prettier-ignore
        const options = [
          "BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=yes", "GlobalKnownHostsFile=/dev/null",
          `UserKnownHostsFile=${key}.known`, `IdentityFile=${identity}`,
        ];
        const words = [
          "-F",
          "none",
          ...options.flatMap((option) => ["-o", option]),
          `${user}@${host.address}`,
          "echo in",
        ];
        const { stdout, stderr } = await run("ssh", words, { check: false });
        return stdout + stderr;
      };
      assert.equal(await attempt("deploy", host.hostKey, host.privateKeyFile), "in\n");
      assert.match(await attempt("deploy", otherHostKey, host.privateKeyFile), /Host key verification failed/);
      assert.match(await attempt("deploy", host.hostKey, key), /Permission denied/);
      assert.match(await attempt("root", host.hostKey, host.privateKeyFile), /Permission denied/);
    });

    it("serves docker over SSH, with images by name", async () => {
      const version = ["-H", `ssh://${host.address}`, "version", "--format", "{{.Server.Version}}"];
      assert.match(await docker(version, { environment: host.environment }), /^20\.10\./);
      assert.equal((await host.exec("docker info --format {{.Driver}}")).stdout, "overlay2\n");
      await host.ssh("docker pull --quiet debian:trixie-slim");
    });

    for (const [how, powerLoss] of [
      ["a reboot", false],
      ["a power failure", true],
    ] as const) {
      it(`comes back after ${how} with its address, key, images and containers`, async () => {
        const name = powerLoss ? "steady" : "steady-too";
        await host.ssh(
          `docker run --detach --init --name ${name} --restart unless-stopped debian:trixie-slim sleep infinity`,
        );
        const started = (): Promise<string> =>
          host
            .ssh(`docker inspect --format '{{.State.Running}} {{.State.StartedAt}}' ${name}`)
            .then(({ stdout }) => stdout);
        const first = await started();
        await host.restart({ powerLoss });
        const second = await started();
        assert.match(second, /^true /);
        assert.notEqual(second, first);
      });
    }

    it("is searched for secrets like this machine", async () => {
      const secrets = { inside: randomBytes(18).toString("base64url"), absent: randomBytes(18).toString("base64url") };
      await host.ssh(`docker create --name leak --env PASSWORD=${secrets.inside} debian:trixie-slim`);
      const { findings, containers, images, processes } = await scan({ secrets, machines: [host] });
      assert.deepEqual(findings, [{ where: `${host.name}: container leak: inspect`, which: "inside", form: "clear" }]);
      assert.ok(containers >= 1 && images === 1 && processes > 3);
    });
  });

  describe("bare host", () => {
    let host: Host;
    before(async () => {
      host = await startHost(network, { kind: "bare", user: "root", distribution: "trixie", processors: 1 });
    });
    after(() => host.stop());

    it("has SSH for root and no Docker", async () => {
      assert.equal((await host.ssh("whoami; nproc")).stdout, "root\n1\n");
      assert.equal((await host.exec("command -v docker dockerd", { check: false })).stdout, "");
    });

    it("runs Debian's Docker once that is installed, also after a reboot", async () => {
      await host.ssh(
        "export DEBIAN_FRONTEND=noninteractive; apt-get update -q && " +
          "apt-get install -q -y --no-install-recommends docker.io docker-cli iptables && service docker start",
        { timeoutSeconds: 100 },
      );
      await host.restart();
      assert.equal((await host.ssh("docker run --rm debian:trixie-slim echo up")).stdout, "up\n");
    });
  });
});
