import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { docker, run } from "./command.ts";
import { until } from "./deadline.ts";
import { request } from "./http.ts";
import { buildImage } from "./image.ts";
import { LABEL, type LabNetwork } from "./network.ts";

export interface AcmeOptions {
  /** Domain → the address at which its challenges are fetched. More can come by `setAddress`. */
  readonly domains?: Readonly<Record<string, string>>;
  /** How long issued certificates are valid. Default: 90 days. */
  readonly validitySeconds?: number;
  /** The port of http-01 challenges; the standard one, 80, by default. */
  readonly httpPort?: number;
  /** Another Docker network for the server to be on, such as a stack's. Default: the lab's own. */
  readonly dockerNetwork?: string;
}

export interface AcmeServer {
  /** Its container's name. */
  readonly container: string;
  readonly address: string;
  /** The directory's URL by address, for containers and lab hosts on the network and for this machine. */
  readonly directory: string;
  /** The same by a name that containers on the network can look up. */
  readonly directoryByName: string;
  /** PEM of the authority behind the directory's own HTTPS, to be trusted by ACME clients. */
  readonly caCertificate: string;
  /** Where that PEM lies on this machine. */
  readonly caCertificateFile: string;
  /** PEM of the root that issued certificates lead to. */
  rootCertificate(): Promise<string>;
  /** Lets a domain lead to an address from now on. */
  setAddress(domain: string, address: string): Promise<void>;
  /** How many certificates were issued up to now. */
  issuedCount(): Promise<number>;
  logs(): Promise<string>;
  /** An outage: connections are refused until `start`. Accounts and the root stay. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Takes its time: connections are made, and answered after `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the server for good. */
  remove(): Promise<void>;
}

const ACME_PORT = 14000;
const MANAGEMENT_PORT = 15000;
const DNS_MANAGEMENT_PORT = 8055;

/** Starts Let's Encrypt's test server, pebble. It validates challenges for real, at once. */
export async function startAcme(network: LabNetwork, options: AcmeOptions = {}): Promise<AcmeServer> {
  const { domains = {}, validitySeconds = 90 * 86400, httpPort = 80, dockerNetwork = network.name } = options;
  const image = await buildImage({
    name: "socle-lab-pebble",
    folder: join(import.meta.dirname, "pebble"),
    base: "debian:bookworm-slim",
  });
  const container = network.nextName("acme");
  const name = `${container}.test`;
  const place = dockerNetwork === network.name ? ["--ip", network.nextAddress()] : [];
  // prettier-ignore
  await docker([
    "create", "--name", container, "--hostname", container, "--label", `${LABEL}=${network.run}`,
    "--network", dockerNetwork, "--network-alias", name, ...place, "--cap-add", "NET_ADMIN",
    "--env", `LAB_NAME=${name}`, "--env", "PEBBLE_VA_NOSLEEP=1", "--env", "PEBBLE_WFE_NONCEREJECT=0",
    // Every order is validated anew, so that a renewal proves the way of the challenge too.
    "--env", "PEBBLE_AUTHZREUSE=0", image,
  ]);
  const settings = join(network.directory, `${container}.json`);
  await writeFile(settings, pebbleSettings(validitySeconds, httpPort));
  await docker(["cp", settings, `${container}:/lab/pebble.json`]);
  await docker(["start", container]);

  // prettier-ignore
  const address = await docker([
    "inspect", "--format", `{{(index .NetworkSettings.Networks "${dockerNetwork}").IPAddress}}`, container,
  ]);
  const logs = async (): Promise<string> => {
    const said = await run("docker", ["logs", container]);
    return said.stdout + said.stderr;
  };
  const caCertificate = await ready(container, address, logs);
  const caCertificateFile = join(network.directory, `${container}-ca.pem`);
  await writeFile(caCertificateFile, caCertificate);

  const server: AcmeServer = {
    container,
    address,
    directory: `https://${address}:${String(ACME_PORT)}/dir`,
    directoryByName: `https://${name}:${String(ACME_PORT)}/dir`,
    caCertificate,
    caCertificateFile,
    async rootCertificate() {
      const answer = await request({ address, port: MANAGEMENT_PORT, path: "/roots/0", ca: caCertificate });
      return answer.body;
    },
    async setAddress(domain, target) {
      const answer = await request({
        address,
        port: DNS_MANAGEMENT_PORT,
        scheme: "http",
        method: "POST",
        path: "/add-a",
        body: JSON.stringify({ host: `${domain}.`, addresses: [target] }),
      });
      if (answer.status !== 200)
        throw new Error(`DNS of ${container}: ${domain} → ${target}: ${String(answer.status)} ${answer.body}`);
    },
    async issuedCount() {
      return (await logs()).split("\n").filter((line) => line.includes("Issued certificate serial")).length;
    },
    logs,
    async stop() {
      await docker(["exec", container, "outage", "begin"]);
    },
    async start() {
      await docker(["exec", container, "outage", "end"]);
    },
    async pause() {
      await docker(["pause", container]);
    },
    async resume() {
      await docker(["unpause", container]);
    },
    async remove() {
      await docker(["rm", "--force", "--volumes", container]);
    },
  };
  for (const [domain, target] of Object.entries(domains)) await server.setAddress(domain, target);
  return server;
}

/** Waits until ACME and DNS answer; returns the authority's certificate. */
async function ready(container: string, address: string, logs: () => Promise<string>): Promise<string> {
  try {
    const authority = await until(`authority of ${container}`, 20, () =>
      docker(["exec", container, "cat", "/lab/ca.pem"]),
    );
    await until(`ACME directory of ${container}`, 20, async () => {
      return (await request({ address, port: ACME_PORT, path: "/dir", ca: authority })).status === 200;
    });
    await until(`DNS of ${container}`, 20, async () => {
      return (await request({ address, port: DNS_MANAGEMENT_PORT, scheme: "http", path: "/" })).status > 0;
    });
    return authority;
  } catch (error) {
    throw new Error(`${String(error)}\n${await logs()}`, { cause: error });
  }
}

function pebbleSettings(validitySeconds: number, httpPort: number): string {
  return JSON.stringify({
    pebble: {
      listenAddress: `0.0.0.0:${String(ACME_PORT)}`,
      managementListenAddress: `0.0.0.0:${String(MANAGEMENT_PORT)}`,
      certificate: "/lab/server.pem",
      privateKey: "/lab/server.key",
      httpPort,
      tlsPort: 443,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
      certificateValidityPeriod: validitySeconds,
    },
  });
}
