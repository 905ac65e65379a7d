// Servers that cannot be reached or are not fit: each a clear error, and nothing done by halves.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

import { after, afterEach, before, describe, it } from "mocha";

import { run } from "../lab/command.ts";
import { type LabNetwork, createNetwork, leftovers } from "../lab/network.ts";
import { type Host, startHost } from "../lab/ssh-host.ts";
import { nothingMade, nothingRegistered, refusal, type Refusal, says } from "./refusal.ts";
import { sampleSite, type Sections, TestStack } from "../lab/stack.ts";

const image = `registry.example.org/site@sha256:${"0".repeat(64)}`;
const unfit = "The host is not fit for the stack; nothing was changed on it.";

describe("A server that is refused", function () {
  this.timeout(300_000);
  let network: LabNetwork;
  // Bare, and smaller than a stack's default minimum: one processor, 3 GB of disk.
  let host: Host;
  let untouched: string;
  let other: { privateKeyFile: string; hostKey: string };
  /** It takes connections and says nothing, for as long as ssh waits: begun first, looked at last. */
  const hung: Socket[] = [];
  const hanging = createServer((socket) => hung.push(socket));
  let hangingPort: number;
  let refusedByHanging: Promise<Refusal>;
  before(async () => {
    network = await createNetwork();
    host = await startHost(network, {
      kind: "bare",
      user: "deploy",
      distribution: "trixie",
      diskMegabytes: 3000,
      processors: 1,
    });
    untouched = await content();
    const privateKeyFile = join(network.directory, "other");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", privateKeyFile]);
    other = { privateKeyFile, hostKey: (await readFile(`${privateKeyFile}.pub`, "utf8")).trim() };
    hangingPort = await listening(hanging);
    refusedByHanging = refused({ address: "127.0.0.1", port: hangingPort });
    // Its test awaits it.
    refusedByHanging.catch(() => undefined);
  });
  after(async () => {
    for (const socket of hung) socket.destroy();
    hanging.close();
    await network.remove();
    assert.deepEqual(await leftovers(network.run), []);
  });

  /** What a deployment would change on the server: packages, the engine's settings and data, the user's groups. */
  const content = async (): Promise<string> =>
    (
      await host.exec(
        "dpkg-query --show; cd /etc/docker; ls -lA --full-time; cat *; ls -A /var/lib/docker; id deploy; ss -Hltn; command -v docker || true",
      )
    ).stdout;

  const settings = (deviation: Sections = {}): Sections => {
    const { address, hostKey, privateKeyFile } = host;
    const ssh = { type: "ssh", address, user: "deploy", hostKey, identityFile: privateKeyFile };
    return {
      tier: "staging",
      host: { ...ssh, ...deviation },
      site: { domains: ["site.test"], tls: { mode: "selfSigned" } },
      ...sampleSite(image),
    };
  };

  const refused = async (deviation: Sections = {}): Promise<Refusal> => {
    const refusing = await refusal(settings(deviation));
    assert.ok(refusing.seconds < 60, `refused after ${String(refusing.seconds)} s only`);
    return refusing;
  };

  describe("because it cannot be reached", () => {
    afterEachUntouched();
    it("shows another host key than the pinned one", async () => {
      const refusing = await refused({ hostKey: other.hostKey });
      says(
        refusing,
        `error: host.hostKey: ${host.address} shows another host key than the one in the configuration; nothing was changed.`,
        "→ Compare with `cat /etc/ssh/ssh_host_ed25519_key.pub` on the server's own console. Only if the server was set up anew, set host.hostKey",
      );
      nothingRegistered(refusing);
    });

    it("does not know the key", async () => {
      const refusing = await refused({ identityFile: other.privateKeyFile });
      says(
        refusing,
        `error: host.user: ${host.address} refuses the login of deploy; nothing was changed.`,
        "→ Put your public key into ~deploy/.ssh/authorized_keys on the server, and load the private one (`ssh-add`) or name it in host.identityFile.",
      );
      nothingRegistered(refusing);
    });

    it("is not there", async () => {
      const address = network.nextAddress();
      const refusing = await refused({ address });
      says(
        refusing,
        `error: host.address: no SSH server was reached at ${address} port 22 (ssh: connect to host ${address} port 22: No route to host); nothing was changed.`,
        `→ See that the server is on and port 22 is open: \`ssh -p 22 deploy@${address}\`.`,
      );
      nothingRegistered(refusing);
    });

    it("has its SSH port closed", async () => {
      const refusing = await refused({ port: 2222 });
      says(
        refusing,
        `error: host.address: no SSH server was reached at ${host.address} port 2222 (ssh: connect to host ${host.address} port 2222: Connection refused); nothing was changed.`,
        `→ See that the server is on and port 2222 is open: \`ssh -p 2222 deploy@${host.address}\`.`,
      );
      nothingRegistered(refusing);
    });

    it("lets its user do nothing as root", async () => {
      await host.exec("mv /etc/sudoers.d/deploy /root/");
      try {
        const refusing = await refused();
        says(
          refusing,
          `error: host.user: deploy may not run sudo on ${host.address} without a password (sudo: a password is required); nothing was changed.`,
          "→ As root on the server: `apt-get install sudo; echo 'deploy ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/deploy`. Or set host.user to root.",
        );
        nothingRegistered(refusing);
      } finally {
        await host.exec("mv /root/deploy /etc/sudoers.d/");
      }
    });

    it("hangs: it takes connections and says nothing", async () => {
      const refusing = await refusedByHanging;
      says(
        refusing,
        `error: host.address: no SSH server was reached at 127.0.0.1 port ${hangingPort} (`,
        `→ See that the server is on and port ${hangingPort} is open: \`ssh -p ${hangingPort} deploy@127.0.0.1\`.`,
      );
      assert.match(refusing.said, /error: host\.address: .*timed out.*; nothing was changed\./);
      assert.notEqual(hung.length, 0);
      nothingRegistered(refusing);
    });
  });

  describe("because it is not fit", () => {
    afterEachUntouched();
    const enough = { cpus: 1, memory: 100, disk: 1 };

    it("is too small: processors, memory and disk are said at once", async () => {
      const memory = Math.floor(
        Number((await host.exec("awk '/^MemTotal:/ { print $2 }' /proc/meminfo")).stdout) / 1024,
      );
      const refusing = await refused({ minimum: { memory: memory + 1 } });
      says(
        refusing,
        unfit,
        "- found 1 processors, the stack needs 2\n",
        "-> Choose a larger server, or lower host.minimum.cpus.",
        `- found ${String(memory)} MiB of memory, the stack needs ${String(memory + 1)}\n`,
        "-> Choose a larger server, or lower host.minimum.memory.",
        "- found a disk of 2 GiB under /var/lib/docker, the stack needs 45\n",
        "-> Choose a larger disk, or lower host.minimum.disk.",
      );
      nothingMade(refusing);
    });

    it("has no Docker, and host.prepare is off", async () => {
      const refusing = await refused({ prepare: false, minimum: enough });
      says(
        refusing,
        unfit,
        "- Docker is not installed\n",
        "-> Install it (https://docs.docker.com/engine/install/), or set host.prepare to true.",
      );
      nothingMade(refusing);
    });

    it("has another process on port 443", async () => {
      await host.exec("/usr/sbin/sshd -p 443 -o PidFile=/run/other.pid");
      try {
        const refusing = await refused({ minimum: enough });
        says(
          refusing,
          unfit,
          "- port 443 is taken: LISTEN",
          `users:(("sshd",pid=${(await host.exec("cat /run/other.pid")).stdout.trim()},`,
          "-> Stop what listens there (`docker ps --filter publish=443`, `ss -ltnp`), then run pulumi up again.",
        );
        nothingMade(refusing);
      } finally {
        await host.exec("kill $(cat /run/other.pid)");
      }
    });
  });

  it("is no obstacle to a plan: asked what its engine is, it does not answer", async () => {
    let contacts = 0;
    const silent = createServer((socket) => {
      contacts += 1;
      // One that is dropped before its first word is tried again.
      socket.end("SSH-2.0-silent\r\n");
    });
    const port = await listening(silent);
    const stack = await TestStack.create(settings({ address: "127.0.0.1", port }));
    try {
      const { stdout } = await stack.preview();
      assert.match(stdout, /docker:index:Container nginx create/);
      assert.match(stdout, /\+ \d+ to create/);
      assert.match(stdout, /what `up` would change of its Docker engine could not be asked: /);
      assert.ok(contacts > 0);
    } finally {
      await stack.forget();
      silent.close();
    }
  });

  async function listening(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  function afterEachUntouched(): void {
    afterEach(async () => {
      assert.equal(await content(), untouched);
    });
  }
});
