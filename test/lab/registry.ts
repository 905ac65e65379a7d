import { join } from "node:path";
import { docker } from "./command.ts";
import { until } from "./deadline.ts";
import { buildImage } from "./image.ts";
import { LABEL, type LabNetwork } from "./network.ts";

/**
 * The daemon.json of a host in the lab. Where this machine's engine pulls through a mirror of its own, the host pulls
 * through the same one; else it uses the public registries. A registry on the lab's own network needs no TLS.
 */
export async function daemonSettings(network: LabNetwork): Promise<Record<string, unknown>> {
  const mirrors = await Promise.all((await engineMirrors()).map((mirror) => seenFromHosts(network, mirror)));
  const insecure = mirrors.map((mirror) => new URL(mirror)).filter((url) => url.protocol === "http:");
  return {
    ...(network.mtu < 1500 ? { mtu: network.mtu } : {}),
    ...(mirrors.length > 0 ? { "registry-mirrors": mirrors } : {}),
    "insecure-registries": [network.subnet, ...insecure.map((url) => url.host)],
  };
}

async function engineMirrors(): Promise<string[]> {
  const answer = await docker(["info", "--format", "{{json .RegistryConfig.Mirrors}}"]);
  return (JSON.parse(answer) as string[] | null) ?? [];
}

const relays = new Map<string, Promise<string>>();

/** Where hosts find a mirror: one on this machine's loopback is passed on to the lab's network. */
function seenFromHosts(network: LabNetwork, mirror: string): Promise<string> {
  const url = new URL(mirror);
  if (url.hostname !== "localhost" && !url.hostname.startsWith("127.")) return Promise.resolve(url.origin);
  const key = `${network.directory} ${mirror}`;
  const relay = relays.get(key) ?? startRelay(network, url);
  relays.set(key, relay);
  return relay;
}

/**
 * Listens on the lab's own gateway. Docker's default bridge would not do: an engine inside a host gives its bridge the
 * very same address, and so never gets out to it. A container does it, not this process, which is busy or blocked
 * while the programs under test pull.
 */
async function startRelay(network: LabNetwork, mirror: URL): Promise<string> {
  const port = mirror.port === "" ? (mirror.protocol === "https:" ? "443" : "80") : mirror.port;
  const image = await buildImage({
    name: "socle-lab-relay",
    folder: join(import.meta.dirname, "mirror"),
    base: "debian:trixie-slim",
  });
  // prettier-ignore
  await docker([
    "run", "--detach", "--name", network.nextName("mirror"), "--label", `${LABEL}=${network.run}`, "--network", "host",
    image, `TCP-LISTEN:${port},bind=${network.gateway},fork,reuseaddr`, `TCP:${mirror.host}`,
  ]);
  const relay = `${mirror.protocol}//${network.gateway}:${port}`;
  await until(`registry mirror ${mirror.origin}, passed on to hosts at ${relay}`, 10, async () => {
    return (await fetch(`${relay}/v2/`, { signal: AbortSignal.timeout(2000) })).ok;
  });
  return relay;
}
