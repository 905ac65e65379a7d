// Somebody who asks for a page all the time, each time by a connection of its own.
import { setTimeout as sleep } from "node:timers/promises";

import { request } from "../../lab/http.ts";

export class Visits {
  readonly #failures: string[] = [];
  readonly #over = new AbortController();
  readonly #visiting: Promise<void>;

  constructor(address: string, name: string) {
    this.#visiting = this.#visit(address, name);
  }

  /** What went wrong. */
  async end(): Promise<string[]> {
    this.#over.abort();
    await this.#visiting;
    return this.#failures;
  }

  async #visit(address: string, name: string): Promise<void> {
    while (!this.#over.signal.aborted) {
      try {
        const { status } = await request({ address, name, path: "/health/" });
        if (status !== 200) this.#failures.push(`status ${String(status)}`);
      } catch (error) {
        this.#failures.push(String(error));
      }
      await sleep(50);
    }
  }
}
