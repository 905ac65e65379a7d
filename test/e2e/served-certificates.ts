import { setTimeout as sleep } from "node:timers/promises";
import type { PeerCertificate } from "node:tls";

import { request } from "../lab/http.ts";

/** The certificates that a server shows for a domain, in their order, from now on until told to stop. */
export class ServedCertificates {
  readonly seen: PeerCertificate[] = [];
  readonly #end = new AbortController();
  readonly #watching: Promise<void>;

  constructor(address: string, domain: string) {
    this.#watching = this.#watch(address, domain);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#watching;
  }

  async #watch(address: string, domain: string): Promise<void> {
    while (!this.#end.signal.aborted) {
      // Nobody listens at first, and a reload may cut a connection: what matters is what is shown next.
      const answer = await request({ address, name: domain, timeoutSeconds: 2 }).catch(() => undefined);
      const certificate = answer?.certificate;
      if (certificate && certificate.fingerprint256 !== this.seen.at(-1)?.fingerprint256) this.seen.push(certificate);
      await sleep(200);
    }
  }
}
