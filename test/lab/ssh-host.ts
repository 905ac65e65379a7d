import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { type CommandOptions, type Result, docker, run } from "./command.ts";
import { until } from "./deadline.ts";
import { buildImage } from "./image.ts";
import { type Machine, words } from "./machine.ts";
import { LABEL, type LabNetwork } from "./network.ts";
import { daemonSettings } from "./registry.ts";
import { introduce, keyPair } from "./ssh-client.ts";

export interface HostOptions {
  /** docker: with Debian's engine, running; bare: SSH and sudo only. */
  readonly kind: "docker" | "bare";
  /** deploy: a user with sudo, no root login; root: root by key. */
  readonly user: "deploy" | "root";
  readonly distribution: "bookworm" | "trixie";
  /** Megabytes for Docker's data, in memory and so lost on restart. Default: a volume without a limit. */
  readonly diskMegabytes?: number;
  /** How many processors the host sees. Default: all of this machine. */
  readonly processors?: number;
}

export interface Host extends Machine {
  /** Its container's name. */
  readonly name: string;
  /** On the lab's network, reachable from this machine; the same after a restart. */
  readonly address: string;
  readonly port: 22;
  readonly user: "deploy" | "root";
  /** "ssh-ed25519 AAAA…", read inside the host. */
  readonly hostKey: string;
  readonly privateKeyFile: string;
  /** Lets `ssh` and `docker -H ssh://` started with it reach the host with its pinned key. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a command over SSH as the host's user. */
  ssh(command: string, options?: CommandOptions): Promise<Result>;
  /** A reboot, in order or, with powerLoss, without any warning to what runs. Done when SSH and the engine answer. */
  restart(options?: { readonly powerLoss?: boolean }): Promise<void>;
  /** Removes the host with its data. */
  stop(): Promise<void>;
}

/**
 * What an engine inside a container needs. `--privileged` would ask for every capability, which fails where this
 * machine lacks one itself; SYS_RESOURCE is the usual one, and nothing here needs it.
 */
// prettier-ignore
const ENGINE_OPTIONS = [
  "--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE",
  "--security-opt", "seccomp=unconfined",
  "--security-opt", "apparmor=unconfined",
  "--security-opt", "systempaths=unconfined",
  "--device-cgroup-rule", "a *:* rwm",
  // As on a server, what lies in /run does not outlive a reboot: no process ids of engines long gone.
  "--tmpfs", "/run:rw,nosuid,mode=755",
];

/** Starts a Debian server on the lab's network and waits until SSH, and the engine where it has one, answer. */
export async function startHost(network: LabNetwork, options: HostOptions): Promise<Host> {
  const { user } = options;
  const { privateKeyFile, publicKey } = await keyPair(network);
  const name = network.nextName("host");
  const address = network.nextAddress();
  const volume = await createContainer(network, options, name, address);
  await place(network, name, "/lab/authorized_keys", `${publicKey}\n`);
  const daemon = await daemonSettings(network);
  if (Object.keys(daemon).length > 0) {
    await place(network, name, "/etc/docker/daemon.json", `${JSON.stringify(daemon, undefined, 2)}\n`);
  }
  await docker(["start", name]);

  const exec: Machine["exec"] = (command, { environment, directory, ...rest } = {}) => {
    const settings = Object.entries(environment ?? {}).flatMap(([key, value]) => ["--env", `${key}=${value ?? ""}`]);
    const folder = directory === undefined ? [] : ["--workdir", directory];
    return run("docker", ["exec", "--interactive", ...settings, ...folder, name, ...words(command)], rest);
  };
  await answering(name, address, exec);
  const hostKey = (await exec('cut -d " " -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub')).stdout.trim();
  const environment = await introduce(network, { address, user, hostKey, privateKeyFile });

  return {
    name,
    address,
    port: 22,
    user,
    hostKey,
    privateKeyFile,
    environment,
    exec,
    ssh: (command, { environment: more, ...rest } = {}) =>
      run("ssh", [address, command], { ...rest, environment: { ...environment, ...more } }),
    async restart({ powerLoss = false } = {}) {
      if (powerLoss) {
        await docker(["kill", name]);
        await docker(["start", name]);
      } else {
        await docker(["restart", "--time", "30", name]);
      }
      await answering(name, address, exec);
    },
    async stop() {
      await docker(["rm", "--force", "--volumes", name]);
      await docker(["volume", "rm", "--force", volume]);
    },
  };
}

/** Returns the volume of its Docker data, which is to be removed with it. */
async function createContainer(
  network: LabNetwork,
  { kind, user, distribution, diskMegabytes, processors }: HostOptions,
  name: string,
  address: string,
): Promise<string> {
  const image = await buildImage({
    name: `socle-lab-host-${kind}-${distribution}`,
    folder: join(import.meta.dirname, "host"),
    base: `debian:${distribution}-slim`,
    target: kind,
  });
  const label = `${LABEL}=${network.run}`;
  const volume = `${name}-docker`;
  await docker(["volume", "create", "--label", label, volume]);
  const disk =
    diskMegabytes === undefined
      ? ["--volume", `${volume}:/var/lib/docker`]
      : ["--tmpfs", `/var/lib/docker:exec,size=${String(diskMegabytes)}m`];
  const cpus = processors === undefined ? [] : ["--cpuset-cpus", `0-${String(processors - 1)}`];
  // prettier-ignore
  await docker([
    "create", "--name", name, "--hostname", name, "--label", label,
    "--network", network.name, "--ip", address, "--env", `LAB_USER=${user}`,
    ...ENGINE_OPTIONS, ...disk, ...cpus, image,
  ]);
  return volume;
}

/** Puts a file into a container, started or not. */
async function place(network: LabNetwork, container: string, path: string, content: string): Promise<void> {
  const file = join(network.directory, `${container}${path.replaceAll("/", "-")}`);
  await writeFile(file, content);
  await docker(["cp", file, `${container}:${path}`]);
}

async function answering(name: string, address: string, exec: Machine["exec"]): Promise<void> {
  try {
    await until(`lab host ${name}: SSH at ${address}:22`, 30, () => greets(address));
    const installed = (await exec("test -x /etc/init.d/docker", { check: false })).code === 0;
    if (!installed) return;
    await until(`lab host ${name}: its Docker engine`, 60, async () => {
      return (await exec("docker info", { check: false })).code === 0;
    });
  } catch (error) {
    const engine = await exec("tail -n 20 /var/log/docker.log", { check: false }).catch(() => undefined);
    const said = await run("docker", ["logs", "--tail", "20", name], { check: false });
    throw new Error(`${String(error)}\n${said.stdout}${said.stderr}${engine?.stdout ?? ""}`, { cause: error });
  }
}

/** Whether an SSH server says its first line. */
function greets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 2000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (chunk) => {
      end(chunk.toString().startsWith("SSH-2.0"));
    });
    socket.on("error", () => {
      end(false);
    });
    socket.on("timeout", () => {
      end(false);
    });
    socket.on("close", () => {
      end(false);
    });
  });
}
