// The server that test files share: bare at first, then a site by one `pulumi up`.
import { randomBytes } from "node:crypto";

import { after, before } from "mocha";

import { until } from "../lab/deadline.ts";
import { pdf } from "../lab/pdf.ts";
import { ServedCertificates } from "../lab/served-certificates.ts";
import { type Life, Server } from "../lab/server.ts";
import type { Output } from "../lab/stack.ts";
import type { Copy, Visitor } from "../lab/visitor.ts";
import { type Seen, witness } from "../lab/witness.ts";

const minute = 60_000;

/** The two domains of the first `up`. */
export const domains = ["site.socle.test", "www.socle.test"] as const;
/** Of its certificates: renewal is due a minute after the issue. */
export const validitySeconds = 90;
export const document = pdf(3, 20_000);

interface Work {
  /** The administrator, signed in. */
  administrator: Visitor;
  /** What the worker found in the document. */
  copy: Copy;
}

export class FirstServer {
  readonly server: Server;
  /** What `pulumi up` printed. */
  readonly said: string;
  /** What could be seen meanwhile. */
  readonly seen: Seen;
  readonly certificates: ServedCertificates;
  /** Nginx right after. */
  readonly nginx: Life;
  output: Output;
  #work: Promise<Work> | undefined;

  private constructor(
    server: Server,
    said: string,
    seen: Seen,
    certificates: ServedCertificates,
    nginx: Life,
    output: Output,
  ) {
    this.server = server;
    this.said = said;
    this.seen = seen;
    this.certificates = certificates;
    this.nginx = nginx;
    this.output = output;
  }

  static async start(): Promise<FirstServer> {
    const secrets = { ADMIN_TOKEN: `it's ${randomBytes(12).toString("hex")}` };
    const server = await Server.start({
      host: { user: "deploy", distribution: "trixie" },
      domains,
      validitySeconds,
      secrets,
    });
    // The authority takes its time until the first certificate has been seen: otherwise a slow machine may miss it.
    await server.acme.pause();
    const certificates = new ServedCertificates(server.host.address, domains[0], () => server.acme.resume());
    try {
      let said = "";
      const seen = await witness(async () => {
        // As on a machine with ten processors: sshd's own limits must do (docs/adr/0008).
        said = (await server.stack.up({ parallel: 40 })).stdout;
      });
      const nginx = await server.life(`${server.stack.prefix}-nginx`);
      return new FirstServer(server, said, seen, certificates, nginx, await server.stack.outputs());
    } catch (error) {
      await certificates.stop();
      // A container that is paused cannot be removed.
      await server.acme.resume().catch(() => undefined);
      await server.remove();
      throw error;
    }
  }

  get containers(): string[] {
    return Object.values(this.output.services).map(({ container }) => container);
  }

  /** Signs the administrator in and has a document processed, once. */
  work(): Promise<Work> {
    return (this.#work ??= this.#begin());
  }

  async #begin(): Promise<Work> {
    const administrator = this.server.visitor(domains[0]);
    const status = await administrator.signIn(this.output.adminUser ?? "", this.output.adminPassword ?? "");
    if (status !== 200) throw new Error(`the administrator's sign-in was answered ${String(status)}`);
    const { id } = await administrator.upload(document);
    const copy = await until("the worker's result", 30, async () => {
      const found = await administrator.copy(id);
      return found.state !== "queued" && found;
    });
    return { administrator, copy };
  }

  async remove(): Promise<void> {
    await this.certificates.stop();
    await this.server.remove();
  }
}

let users = 0;
let starting: Promise<FirstServer> | undefined;
let started: FirstServer | undefined;

async function remove(): Promise<void> {
  const last = started;
  started = undefined;
  await last?.remove();
}

// Also where `--grep` left out the hooks of some of its users.
after(async function () {
  this.timeout(minute);
  await remove();
});

/** To be called in a `describe`: started by the first test file that uses it, removed after the last. */
export function useFirstServer(): () => FirstServer {
  users += 1;
  before("the first pulumi up", async () => {
    started = await (starting ??= FirstServer.start());
  }).timeout(7 * minute);
  after("the server goes", async () => {
    users -= 1;
    if (users === 0) await remove();
  }).timeout(minute);
  return () => {
    if (started === undefined) throw new Error("the server is not up");
    return started;
  };
}
