// A webhook of this machine: what was posted to it, in order.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { until } from "./deadline.ts";

export class Receiver {
  readonly messages: { text: string; username: string; channel?: string }[] = [];
  /** Of the next requests; 200 when there is none. */
  readonly statuses: number[] = [];
  /** What each request was answered. */
  readonly answers: number[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const status = this.statuses.shift() ?? 200;
        this.answers.push(status);
        if (status === 200)
          this.messages.push(JSON.parse(Buffer.concat(parts).toString()) as (typeof this.messages)[number]);
        response.statusCode = status;
        response.end("ok");
      });
    });
  }

  /** @param address `0.0.0.0` lets containers reach it */
  static async start(address = "127.0.0.1"): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return new Receiver(server);
  }

  /** Its address; the path is what only the owner of a webhook knows. */
  get address(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/services/T01/B02/6f70656e`;
  }

  /** The message of a number, once it is there. */
  async message(number: number): Promise<string> {
    for (let tries = 0; tries < 150; tries += 1) {
      const found = this.messages[number - 1];
      if (found) return found.text;
      await sleep(100);
    }
    throw new Error(`no message ${String(number)} within 15 s; there are: ${JSON.stringify(this.messages)}`);
  }

  /** A message like this, once it is there. */
  told(pattern: RegExp): Promise<string> {
    return until(`a message like ${String(pattern)}`, 60, () =>
      Promise.resolve(this.messages.map(({ text }) => text).find((text) => pattern.test(text))),
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
