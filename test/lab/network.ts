import { randomBytes, randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError, docker, lines } from "./command.ts";

/** Everything that the lab starts carries this label with the name of its run. */
export const LABEL = "socle.lab";

export interface LabNetwork {
  /** The run's name, the value of the label `socle.lab`. */
  readonly run: string;
  /** The network's name in the Docker engine. */
  readonly name: string;
  /** In CIDR notation. */
  readonly subnet: string;
  /** This machine's address on the network. */
  readonly gateway: string;
  readonly mtu: number;
  /** For keys and captures of this run; gone after `sweep`. Mode 0700. */
  readonly directory: string;
  /** An address that nothing on the network has had yet. It stays the same over restarts of its container. */
  nextAddress(): string;
  /** A name for a container or volume of this run. */
  nextName(noun: string): string;
  /** Removes the network and everything else of the run. */
  remove(): Promise<void>;
}

export interface NetworkOptions {
  /** Default: `lab-` and eight random hexadecimal digits. */
  readonly run?: string;
}

/** Makes the network of a test run, with a folder for its keys. */
export async function createNetwork(options: NetworkOptions = {}): Promise<LabNetwork> {
  const run = options.run ?? `lab-${randomBytes(4).toString("hex")}`;
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(run)) {
    throw new Error(`lab run "${run}": lower-case letters, digits and hyphens only, 31 at most`);
  }
  const mtu = await outerMtu();
  const directory = runDirectory(run);
  await mkdir(directory, { mode: 0o700 });
  try {
    const prefix = await createWithFreeSubnet(run, mtu);
    return describeNetwork(run, prefix, mtu, directory);
  } catch (error) {
    await rm(directory, { recursive: true });
    throw error;
  }
}

function describeNetwork(run: string, prefix: string, mtu: number, directory: string): LabNetwork {
  let last = 1;
  const counts = new Map<string, number>();
  return {
    run,
    name: networkName(run),
    subnet: `${prefix}.0/24`,
    gateway: `${prefix}.1`,
    mtu,
    directory,
    nextAddress() {
      last += 1;
      if (last > 127) throw new Error(`lab network ${run}: its 126 fixed addresses are used up; use another network`);
      return `${prefix}.${String(last)}`;
    },
    nextName(noun) {
      const count = (counts.get(noun) ?? 0) + 1;
      counts.set(noun, count);
      return `socle-${run}-${noun}-${String(count)}`;
    },
    remove: () => sweep(run),
  };
}

/**
 * The subnets come from 198.18.0.0/15, set aside for test benches (RFC 2544), so they hide no real network.
 * The lower half of each is for fixed addresses: with an own subnet Docker accepts them, and so a host keeps its
 * address when it restarts.
 */
async function createWithFreeSubnet(run: string, mtu: number): Promise<string> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const prefix = `198.${String(18 + randomInt(2))}.${String(randomInt(256))}`;
    if (ownAddresses().some((address) => address.startsWith(`${prefix}.`))) continue;
    try {
      // prettier-ignore
      await docker([
        "network", "create", "--driver", "bridge",
        "--subnet", `${prefix}.0/24`, "--gateway", `${prefix}.1`, "--ip-range", `${prefix}.128/25`,
        "--opt", `com.docker.network.driver.mtu=${String(mtu)}`,
        "--label", `${LABEL}=${run}`, networkName(run),
      ]);
      return prefix;
    } catch (error) {
      const taken = error instanceof CommandError && /overlap|pool/i.test(error.message);
      if (!taken) throw error;
    }
  }
  throw new Error(
    `lab network ${run}: 30 random subnets of 198.18.0.0/15 are all taken; remove old networks (docker network ls)`,
  );
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}

/** The packet size of the way out: Docker's own networks would assume 1500 even where less passes. */
async function outerMtu(): Promise<number> {
  const routes = await readFile("/proc/net/route", "utf8").catch(() => "");
  const way = lines(routes)
    .map((line) => line.split("\t"))
    .find(([, destination]) => destination === "00000000");
  if (way?.[0] === undefined) return 1500;
  return Math.min(1500, Number(await readFile(`/sys/class/net/${way[0]}/mtu`, "utf8")));
}

/** Removes all containers, networks, volumes and files of a run, whatever state a failure left them in. */
export async function sweep(run: string): Promise<void> {
  const containers = await labelled(run, ["ps", "--all", "--quiet"]);
  if (containers.length > 0) await docker(["rm", "--force", "--volumes", ...containers]);
  for (const network of await labelled(run, ["network", "ls", "--quiet"])) {
    // Containers of a stack under test may hang on the network without the label; they keep it from going.
    const guests = await docker([
      "network",
      "inspect",
      "--format",
      "{{range $id, $_ := .Containers}}{{println $id}}{{end}}",
      network,
    ]);
    for (const guest of lines(guests)) await docker(["network", "disconnect", "--force", network, guest]);
    await docker(["network", "rm", network]);
  }
  const volumes = await labelled(run, ["volume", "ls", "--quiet"]);
  if (volumes.length > 0) await docker(["volume", "rm", "--force", ...volumes]);
  await rm(runDirectory(run), { recursive: true, force: true });
}

/** What is left of a run, a line each; empty after a complete sweep. */
export async function leftovers(run: string): Promise<string[]> {
  const found = [
    ...(await labelled(run, ["ps", "--all", "--format", "container {{.Names}}"])),
    ...(await labelled(run, ["network", "ls", "--format", "network {{.Name}}"])),
    ...(await labelled(run, ["volume", "ls", "--format", "volume {{.Name}}"])),
  ];
  return existsSync(runDirectory(run)) ? [...found, `folder ${runDirectory(run)}`] : found;
}

async function labelled(run: string, list: readonly string[]): Promise<string[]> {
  return lines(await docker([...list, "--filter", `label=${LABEL}=${run}`]));
}

function networkName(run: string): string {
  return `socle-${run}`;
}

function runDirectory(run: string): string {
  return join(tmpdir(), `socle-${run}`);
}
