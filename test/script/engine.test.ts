// prepare.sh on a server whose Docker engine was there before: whatever it is, it runs afterwards, and so does what runs on it.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import type { Settings } from "../../config/schema.ts";
import { target } from "../../connection/target.ts";
import { engineNotes } from "../../deployment/engine-preview.ts";
import { until } from "../lab/deadline.ts";
import { type LabNetwork, createNetwork, leftovers } from "../lab/network.ts";
import { type Host, startHost } from "../lab/ssh-host.ts";
import { runScript } from "./machine.ts";

const file = "/etc/docker/daemon.json";
const image = "debian:trixie-slim";
const rotation = { "log-driver": "json-file", "log-opts": { "max-size": "10m", "max-file": "5" } };

interface Situation {
  /** What daemon.json has. */
  settings?: Record<string, unknown>;
  /** On the engine's command line. */
  flags?: string;
  /** Whose container runs meanwhile. Default: a stranger's. */
  container?: "stranger" | "stack" | "nobody";
}

interface Prepared {
  status: number | null;
  stdout: string;
  stderr: string;
}

describe("prepare.sh and an engine that was there before", function () {
  this.timeout(300_000);
  this.slow(20_000);
  let network: LabNetwork;
  let host: Host;
  let environment: Record<string, string>;
  let defaults: string;
  before(async function () {
    // The first run on a machine builds the host's image.
    this.timeout(300_000);
    network = await createNetwork();
    host = await startHost(network, { kind: "docker", user: "deploy", distribution: "trixie" });
    const { address, hostKey, port, user, privateKeyFile: identityFile } = host;
    const minimum = { cpus: 0, memory: 0, disk: 0 };
    const settings: Settings["host"] = {
      ...{ type: "ssh", address, port, user, hostKey, identityFile, prepare: true, minimum },
    };
    environment = target(settings);
    defaults = await shell("cat /etc/default/docker");
    await shell(`docker pull --quiet ${image}`);
    await shell("apt-get update -q && apt-get install -q -y --no-install-recommends jq");
  });
  after(async () => {
    await network.remove();
    assert.deepEqual(await leftovers(network.run), []);
  });

  const shell = async (command: string): Promise<string> => (await host.exec(command)).stdout.trimEnd();
  const info = (format: string): Promise<string> => shell(`docker info --format '${format}'`);
  const present = async (): Promise<unknown> => JSON.parse(await shell(`cat ${file}`));
  /** Changes when the container is started again. */
  const life = (): Promise<string> =>
    shell("docker inspect --format '{{.Id}} {{.State.Running}} {{.State.StartedAt}}' site");
  const engine = (): Promise<string> => shell("cat /run/docker.pid");

  const shop = { stack: "shop", http: "80", https: "443", cpus: "0", memory: "0", disk: "0", user: "deploy" };
  const prepare = (mode: "prepare" | "check" = "prepare"): Prepared => {
    const words = { ...shop, mode, again: "yes" };
    const { status, stdout, stderr } = runScript("prepare.sh", words, { environment });
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  };

  /** The engine with these settings and one container, whatever the test before left. */
  async function engineWith({ settings = {}, flags = "", container = "stranger" }: Situation): Promise<void> {
    const remove = "docker rm --force --volumes site >/dev/null 2>&1 || true";
    await shell(`${remove}; service docker stop || true`);
    await until("the engine's end", 20, async () => (await host.exec("pgrep -x dockerd", { check: false })).code !== 0);
    await shell(`rm -rf ${file}* /var/lib/docker/swarm`);
    await host.exec("cat >/etc/default/docker", { input: `${defaults}\nDOCKER_OPTS="${flags}"\n` });
    await host.exec(`cat >${file}`, { input: `${JSON.stringify(settings)}\n` });
    await shell("service docker start");
    await until("the engine", 60, async () => (await host.exec("docker info", { check: false })).code === 0);
    await shell(remove);
    if (container === "nobody") return;
    const label = container === "stack" ? "--label socle.stack=shop" : "";
    await shell(
      `docker run --detach --name site --log-driver json-file --stop-signal KILL ${label} ${image} sleep infinity`,
    );
  }

  /** Prepared; the container has not noticed. */
  async function prepared(): Promise<Prepared & { restarted: boolean }> {
    const before = [await life(), await engine()];
    const ended = prepare();
    assert.equal(await life(), before[0], ended.stdout + ended.stderr);
    return { ...ended, restarted: (await engine()) !== before[1] };
  }

  it("that serves others gets live-restore by a reload; the rest is said", async () => {
    const settings = { "log-driver": "syslog", debug: false };
    await engineWith({ settings });
    const notes = engineNotes(runScript("engine/preview.sh", ["shop"], { environment }).stdout.toString());
    assert.deepEqual(await present(), settings);
    const { status, stdout, stderr, restarted } = await prepared();
    assert.deepEqual([status, stderr, restarted], [0, "", false]);
    // The preview said the same.
    const [change = "", remark = ""] = notes.map(({ text }) => text);
    assert.ok(stdout.startsWith(`${change.replace("at `up`, ", "")}\nRemark: ${remark}\n`), stdout);
    assert.deepEqual(await present(), { ...settings, "live-restore": true });
    assert.equal(await info("{{.LiveRestoreEnabled}} {{.LoggingDriver}}"), "true syslog");
    assert.deepEqual(JSON.parse(await shell(`cat ${file}.socle-previous`)), settings);
    assert.match(
      stdout,
      /gets live-restore, and the engine reads it again: containers that are not this stack's \(1\) run on/,
    );
    assert.match(stdout, /^Remark: Left unset for the engine: no-new-privileges\. That takes a restart/m);
    // What was kept is what was there before Socle, not before its second run.
    assert.equal(prepare().status, 0);
    assert.deepEqual(JSON.parse(await shell(`cat ${file}.socle-previous`)), settings);
  });

  it("that is a swarm's gets nothing", async () => {
    await engineWith({});
    const text = await shell(`docker swarm init --advertise-addr ${host.address} >/dev/null; cat ${file}`);
    try {
      const { status, stdout, stderr, restarted } = await prepared();
      assert.deepEqual([status, stderr, restarted], [0, "", false]);
      assert.match(
        stdout,
        /^Remark: Left unset for the engine: log rotation, no-new-privileges\..* it is a node of a swarm\./m,
      );
      assert.equal(
        await shell(`cat ${file}; ls /etc/docker`),
        `${text}
daemon.json`,
      );
    } finally {
      await host.exec("docker swarm leave --force", { check: false });
    }
  });

  it("with journald gets no log options that this driver does not know", async () => {
    await engineWith({ settings: { "log-driver": "journald" }, container: "nobody" });
    const { status, stderr } = prepare();
    assert.deepEqual([status, stderr], [0, ""]);
    assert.deepEqual(await present(), { "log-driver": "journald", "live-restore": true, "no-new-privileges": true });
    assert.match(
      await info("{{.LiveRestoreEnabled}} {{.LoggingDriver}} {{.SecurityOptions}}"),
      /^true journald .*no-new-privileges/,
    );
  });

  it("keeps what its command line says there, and hosts in its file", async () => {
    const settings = { hosts: ["unix:///var/run/docker.sock"] };
    await engineWith({ settings, flags: "--log-driver=json-file --log-opt max-size=5m", container: "stack" });
    const { status, stderr, restarted } = await prepared();
    assert.deepEqual([status, stderr, restarted], [0, "", true]);
    assert.deepEqual(await present(), { ...settings, "live-restore": true, "no-new-privileges": true });
    // Nothing is left to do.
    const text = await shell(`ls --full-time /etc/docker`);
    assert.match(prepare().stdout, /^Docker \S+ is ready\n$/);
    assert.equal(await shell(`ls --full-time /etc/docker`), text);
  });

  it("is not restarted where that would stop the stack", async () => {
    await engineWith({ flags: "--live-restore=false", container: "stack" });
    const { status, stdout, restarted } = await prepared();
    assert.deepEqual([status, restarted], [0, false]);
    assert.match(stdout, /^Remark: \S+ is as it was: the engine takes a restart, which would stop containers/m);
    assert.deepEqual(await present(), {});
  });

  it("has the previous settings again, and runs, where it does not start with the new ones", async () => {
    await engineWith({ settings: { debug: false }, container: "stack" });
    // Finds fault with what \`--validate\` accepts, as engines do.
    await host.exec("cat >/usr/local/bin/picky && chmod 755 /usr/local/bin/picky", {
      input: `#!/bin/sh\nif grep -q no-new-privileges ${file}; then echo 'failed to start daemon: not this one'; exit 1; fi\nexec /usr/sbin/dockerd "$@"\n`,
    });
    await host.exec("cat >>/etc/default/docker", { input: "DOCKERD=/usr/local/bin/picky\n" });
    const { status, stderr } = await prepared();
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^The Docker engine does not start with live-restore log-rotation no-new-privileges in \/etc\/docker\/daemon\.json: failed to start daemon: not this one\nThe engine runs with its previous settings again, and with live-restore\.\n {4}-> /,
    );
    assert.deepEqual(await present(), { debug: false, "live-restore": true });
    assert.deepEqual(JSON.parse(await shell(`cat ${file}.socle-previous`)), { debug: false });
  });

  describe("and whose file is edited", () => {
    before(() => engineWith({ container: "stack" }));

    it("to what is not JSON, refuses it and touches nothing", async () => {
      await host.exec(`cat >${file}`, { input: "{ broken\n" });
      const { status, stdout, stderr, restarted } = await prepared();
      assert.deepEqual([status, stdout, restarted], [1, "", false]);
      assert.match(
        stderr,
        /^The host is not fit for the stack; nothing was changed on it\.\n {2}- \/etc\/docker\/daemon\.json is not a JSON object\n {4}-> Correct it/,
      );
      assert.equal(await shell(`cat ${file}; ls /etc/docker`), "{ broken\ndaemon.json");
    });

    it("to what dockerd refuses, says so and goes on", async () => {
      await host.exec(`cat >${file}`, { input: '{"no-such-thing":true}\n' });
      const { status, stdout, restarted } = await prepared();
      assert.deepEqual([status, restarted], [0, false]);
      assert.match(stdout, /^Remark: \S+ is left as it is\. With .* it would be refused: .*no-such-thing/m);
      assert.equal(await shell(`cat ${file}; ls /etc/docker`), '{"no-such-thing":true}\ndaemon.json');
    });

    it("to nothing, takes it for no settings", async () => {
      await shell(`: >${file}`);
      const { status, stderr, restarted } = await prepared();
      assert.deepEqual([status, stderr, restarted], [0, "", true]);
      assert.deepEqual(await present(), { ...rotation, "live-restore": true, "no-new-privileges": true });
    });
  });

  it("is asked whose containers it has once it runs", async () => {
    await engineWith({ container: "stack" });
    await shell("service docker stop");
    const words = { ...shop, mode: "prepare" };
    const { status, stderr } = runScript("prepare.sh", words, { environment });
    assert.equal(status, 1);
    assert.match(
      stderr.toString(),
      /^The host is not fit for the stack; its engine was started\.\n {2}- containers of a stack named shop are here/,
    );
    assert.deepEqual(await present(), {});
  });

  it("is refused where it is only checked and its user may not use it", async () => {
    await engineWith({ container: "nobody" });
    assert.equal(prepare("check").status, 0);
    await shell("gpasswd --delete deploy docker");
    try {
      const { status, stderr } = prepare("check");
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^ {2}- deploy may not use the Docker engine: .*permission denied.*\n {4}-> As root on the server: `usermod -aG docker deploy`\./m,
      );
    } finally {
      await shell("usermod -aG docker deploy");
    }
  });
});
