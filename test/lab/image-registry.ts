import { join } from "node:path";
import { docker } from "./command.ts";
import { until } from "./deadline.ts";
import { buildImage } from "./image.ts";
import { LABEL, type LabNetwork } from "./network.ts";

const PORT = 5000;

/** A registry on the lab's network, for images that no public one has: hosts of the lab may pull from it without TLS. */
export interface ImageRegistry {
  /** host:port, as hosts name it. */
  readonly address: string;
  /** host:port, as this machine names it. */
  readonly here: string;
  /** Hands an image of this machine's engine over; returns its reference by digest, as hosts name it. */
  push(image: string): Promise<string>;
}

/** Starts an empty registry. It goes with the network. */
export async function startRegistry(network: LabNetwork): Promise<ImageRegistry> {
  const image = await buildImage({
    name: "socle-lab-registry",
    folder: join(import.meta.dirname, "registry"),
    base: "debian:trixie-slim",
  });
  const container = network.nextName("registry");
  const address = network.nextAddress();
  // prettier-ignore
  await docker([
    "run", "--detach", "--name", container, "--label", `${LABEL}=${network.run}`, "--network", network.name, "--ip", address,
    "--publish", `127.0.0.1::${String(PORT)}`, image,
  ]);
  // Every engine takes a registry on its own loopback without TLS; this machine's settings need no change.
  const here = (await docker(["port", container, `${String(PORT)}/tcp`])).split("\n")[0] ?? "";
  await until(`registry ${container} at ${here}`, 10, async () => {
    return (await fetch(`http://${here}/v2/`, { signal: AbortSignal.timeout(2000) })).ok;
  });
  return {
    address: `${address}:${String(PORT)}`,
    here,
    async push(source) {
      const [name = "", tag = "latest"] = source.split(":");
      const target = `${here}/${name}:${tag}`;
      await docker(["tag", source, target]);
      try {
        const said = await docker(["push", target], { timeoutSeconds: 300 });
        const digest = /digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1];
        if (digest === undefined) throw new Error(`docker push ${target} names no digest:\n${said}`);
        return `${address}:${String(PORT)}/${name}@${digest}`;
      } finally {
        await docker(["rmi", "--no-prune", target]);
      }
    },
  };
}
