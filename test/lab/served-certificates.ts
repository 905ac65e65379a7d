import { setTimeout as sleep } from "node:timers/promises";
import { connect, type PeerCertificate } from "node:tls";

/** The certificates that a server shows for a domain, in their order, from now on until told to stop. */
export class ServedCertificates {
  readonly seen: PeerCertificate[] = [];
  readonly #end = new AbortController();
  readonly #watching: Promise<void>;

  /** `onFirst` is called once, when the first one has been seen. */
  constructor(address: string, domain: string, onFirst: () => Promise<void>) {
    this.#watching = this.#watch(address, domain, onFirst);
    // Whoever stops it is told; until then a failure is no crash of the test.
    this.#watching.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#watching;
  }

  async #watch(address: string, domain: string, onFirst: () => Promise<void>): Promise<void> {
    while (!this.#end.signal.aborted) {
      // Nobody listens at first, and a reload may cut a connection: what matters is what is shown next.
      const certificate = await shown(address, domain).catch(() => undefined);
      if (certificate && certificate.fingerprint256 !== this.seen.at(-1)?.fingerprint256) {
        this.seen.push(certificate);
        if (this.seen.length === 1) await onFirst();
      }
      await sleep(200);
    }
  }
}

/** By a handshake alone: it asks for no page, for which the rest of the site would have to be there. */
function shown(address: string, domain: string): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: 443, servername: domain, rejectUnauthorized: false, timeout: 2000 });
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.once("timeout", () => socket.destroy(new Error("no handshake in 2 s")));
    socket.once("error", reject);
    socket.once("close", () => {
      reject(new Error("closed before the handshake"));
    });
  });
}
