// A bare server of the lab that becomes a site by one `pulumi up`, and what an administrator then does there.
import { randomBytes } from "node:crypto";

import { until } from "../../lab/deadline.ts";
import { pdf } from "../../lab/pdf.ts";
import { ServedCertificates } from "../../lab/served-certificates.ts";
import { type Life, Server } from "../../lab/server.ts";
import type { Output } from "../../lab/stack.ts";
import type { Copy, Visitor } from "../../lab/visitor.ts";
import { type Seen, witness } from "../../lab/witness.ts";

/** The two domains of the first `up`. */
export const domains = ["site.socle.test", "www.socle.test"] as const;
/** Of its certificates: renewal is due a minute after the issue. */
export const validitySeconds = 90;
export const document = pdf(3, 20_000);

export class SiteOnServer {
  readonly server: Server;
  /** What `pulumi up` printed. */
  readonly said: string;
  /** What could be seen meanwhile. */
  readonly seen: Seen;
  readonly certificates: ServedCertificates;
  /** Nginx right after. */
  readonly nginx: Life;
  /** Of the last `up`. */
  output: Output;
  #work: Promise<{ administrator: Visitor; copy: Copy }> | undefined;

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

  static async start(): Promise<SiteOnServer> {
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
      return new SiteOnServer(server, said, seen, certificates, nginx, await server.stack.outputs());
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

  /** Signs the administrator in and has a document processed, once; gives what the worker found in it. */
  work(): Promise<{ administrator: Visitor; copy: Copy }> {
    return (this.#work ??= this.#begin());
  }

  async #begin(): Promise<{ administrator: Visitor; copy: Copy }> {
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
