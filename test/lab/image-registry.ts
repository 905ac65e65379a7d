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
  /** Answers nobody until it is to go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Starts an empty registry, with a login one that nobody else may use. It goes with the network. */
export async function startRegistry(network: LabNetwork, login?: Login): Promise<ImageRegistry> {
  const image = await buildImage({
    name: "socle-lab-registry",
    folder: join(import.meta.dirname, "registry"),
    base: "debian:trixie-slim",
  });
  const container = network.nextName("registry");
  const address = network.nextAddress();
  const protection = login ? ["--env", `LAB_USER=${login.username}`, "--env", "LAB_PASSWORD"] : [];
  // prettier-ignore
  await docker([
    "run", "--detach", "--name", container, "--label", `${LABEL}=${network.run}`, "--network", network.name, "--ip", address,
    "--publish", `127.0.0.1::${String(PORT)}`, ...protection, image,
  ], login ? { environment: { LAB_PASSWORD: login.password } } : {});
  // Every engine takes a registry on its own loopback without TLS; this machine's settings need no change.
  const here = (await docker(["port", container, `${String(PORT)}/tcp`])).split("\n")[0] ?? "";
  await until(`registry ${container} at ${here}`, 10, async () => {
    const { ok, status } = await fetch(`http://${here}/v2/`, { signal: AbortSignal.timeout(2000) });
    return ok || (login !== undefined && status === 401);
  });
  const client = login ? await loggedIn(network, container, here, login) : [];
  return {
    address: `${address}:${String(PORT)}`,
    here,
    async push(source) {
      const [name = "", tag = "latest"] = source.split(":");
      const target = `${here}/${name}:${tag}`;
      await docker(["tag", source, target]);
      try {
        const said = await docker([...client, "push", target], { timeoutSeconds: 300 });
        const digest = /digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1];
        if (digest === undefined) throw new Error(`docker push ${target} names no digest:\n${said}`);
        return `${address}:${String(PORT)}/${name}@${digest}`;
      } finally {
        await docker(["rmi", "--no-prune", target]);
      }
    },
    async pause() {
      await docker(["pause", container]);
    },
    async resume() {
      await docker(["unpause", container]);
    },
  };
}

/** Options of a client of this machine that is logged in, apart from whatever its user is logged in to. */
async function loggedIn(network: LabNetwork, name: string, registry: string, login: Login): Promise<string[]> {
  const options = ["--config", join(network.directory, `${name}-client`)];
  await docker([...options, "login", "--username", login.username, "--password-stdin", registry], {
    input: login.password,
  });
  return options;
}
