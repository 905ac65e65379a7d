// A stack on a server of the lab: bare Debian, an ACME server, and a registry with the sample site's image.
import assert from "node:assert/strict";
import type { PeerCertificate } from "node:tls";

import { type AcmeServer, startAcme } from "./acme.ts";
import { lines } from "./command.ts";
import { until } from "./deadline.ts";
import { type Engine, isWell } from "./engine.ts";
import { request } from "./http.ts";
import { startRegistry } from "./image-registry.ts";
import { createNetwork, type LabNetwork, leftovers } from "./network.ts";
import { type Host, type HostOptions, startHost } from "./ssh-host.ts";
import { sampleSite, type Sections, TestStack } from "./stack.ts";
import { Visitor } from "./visitor.ts";

export interface ServerOptions {
  readonly host: Pick<HostOptions, "user" | "distribution">;
  readonly domains: readonly string[];
  /** Of the certificates that the ACME server issues. */
  readonly validitySeconds: number;
  readonly secrets?: Record<string, string>;
  /** Settings beside those of the sample site. */
  readonly sections?: Sections;
  /** Where all of it is, and goes with. Default: one of its own. */
  readonly network?: LabNetwork;
  /** Whose site the server is to have: its settings are replaced. Default: a new stack. */
  readonly stack?: TestStack;
}

/** As short as the rules allow with room for a busy machine: what a release waits for at most. */
const brief: Sections = {
  worker: { app: "core", longestTask: 15, stopGrace: 16 },
  beat: { stopGrace: 10 },
  nginx: { drain: 2 },
};

/** Of what an engine says of a container that a restart or a replacement would change. */
export interface Life {
  id: string;
  startedAt: string;
  restarts: number;
}

export class Server {
  readonly network: LabNetwork;
  readonly host: Host;
  readonly acme: AcmeServer;
  readonly stack: TestStack;

  private constructor(network: LabNetwork, host: Host, acme: AcmeServer, stack: TestStack) {
    this.network = network;
    this.host = host;
    this.acme = acme;
    this.stack = stack;
  }

  /** Starts server, ACME server and registry; the stack is configured, and not yet up. */
  static async start(options: ServerOptions): Promise<Server> {
    const { host: kind, domains, validitySeconds, secrets, sections = {} } = options;
    const network = options.network ?? (await createNetwork());
    try {
      const registry = await startRegistry(network);
      const image = await registry.push("socle-example-site:dev");
      const host = await startHost(network, { ...kind, kind: "bare" });
      const pointing = Object.fromEntries(domains.map((domain) => [domain, host.address]));
      const acme = await startAcme(network, { domains: pointing, validitySeconds });
      const { address, hostKey, privateKeyFile } = host;
      const site = sampleSite(image);
      const settings: Sections = {
        tier: "staging",
        host: {
          type: "ssh",
          address,
          hostKey,
          identityFile: privateKeyFile,
          ...(kind.user === "root" ? {} : { user: kind.user }),
          // The machine around the lab is no server for a site: only its memory is asked for.
          minimum: { cpus: 1, disk: 5 },
        },
        site: {
          domains,
          tls: {
            mode: "acme",
            directory: acme.directory,
            caCertificate: acme.caCertificate,
            email: "admin@example.org",
          },
        },
        ...site,
        ...brief,
        application: { ...(site["application"] as object), timeout: 15, stopGrace: 20 },
        data: { keepOnDestroy: false },
        ...sections,
      };
      await options.stack?.replace(settings);
      return new Server(network, host, acme, options.stack ?? (await TestStack.create(settings, secrets)));
    } catch (error) {
      await network.remove();
      throw error;
    }
  }

  /** Removes all of it; the stack's containers and data go with their server. */
  async remove(): Promise<void> {
    await this.stack.forget();
    await this.network.remove();
    assert.deepEqual(await leftovers(this.network.run), []);
  }

  visitor(domain: string): Visitor {
    return new Visitor(domain, { http: 80, https: 443 }, this.host.address);
  }

  /** What the site serves for a domain, whether it is trusted or not. */
  async certificate(domain: string): Promise<PeerCertificate> {
    const { certificate } = await request({ address: this.host.address, name: domain });
    if (certificate === undefined) throw new Error(`no certificate for ${domain}`);
    return certificate;
  }

  /** Requests the health page as a browser does: the certificate must bear the name and lead to the ACME server's root. */
  async trusted(domain: string): Promise<PeerCertificate> {
    const ca = await this.acme.rootCertificate();
    const { status, certificate } = await request({ address: this.host.address, name: domain, path: "/health/", ca });
    assert.equal(status, 200);
    if (certificate === undefined) throw new Error(`no certificate for ${domain}`);
    return certificate;
  }

  readonly engine: Engine = async (...words) => (await this.host.exec(["docker", ...words])).stdout;

  /** Runs `docker` on the server and gives its output line by line. */
  async docker(...words: string[]): Promise<string[]> {
    return lines(await this.engine(...words));
  }

  async life(container: string): Promise<Life> {
    const [text = ""] = await this.docker(
      "inspect",
      "--format",
      "{{.Id}} {{.State.StartedAt}} {{.RestartCount}}",
      container,
    );
    const [id = "", startedAt = "", restarts] = text.split(" ");
    return { id, startedAt, restarts: Number(restarts) };
  }

  /** Of several containers, in their order. */
  lives(containers: readonly string[]): Promise<Life[]> {
    return Promise.all(containers.map((container) => this.life(container)));
  }

  /** Waits until every service is up and well, and the site says so. */
  async well(services: readonly string[], domain: string, seconds: number): Promise<void> {
    await until(`${services.join(", ")} healthy on ${this.host.name}`, seconds, async () => {
      const well = await Promise.all(services.map((service) => isWell(service, this.engine)));
      const waiting = services.filter((_, index) => !well[index]);
      if (waiting.length > 0) throw new Error(`not healthy: ${waiting.join(", ")}`);
      const { status, body } = await request({ address: this.host.address, name: domain, path: "/health/" });
      if (status !== 200) throw new Error(`${String(status)} ${body}`);
      return true;
    });
  }
}
