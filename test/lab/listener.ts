// An open page's WebSocket: asks for a sign of life all the time, and comes back when it is cut, as the page does.
import { request } from "node:https";
import type { Socket } from "node:net";

/** The most that a small text frame of a server holds (RFC 6455, 5.2). */
const shortFrame = 125;

export class Listener {
  /** How often it was connected. */
  connections = 0;
  /** Messages that came in, pongs apart. */
  readonly heard: string[] = [];
  pongs = 0;
  /** When it was cut, in milliseconds. */
  readonly cuts: number[] = [];
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #failures: string[] = [];
  #socket: Socket | undefined;
  #asked: number | undefined;
  #closed = false;
  readonly #timer: NodeJS.Timeout;

  constructor(url: string, headers: Record<string, string>) {
    this.#url = new URL(url);
    this.#headers = headers;
    this.#connect();
    this.#timer = setInterval(() => {
      this.#ping();
    }, 500);
  }

  /** Closes it; returns what went wrong: refused connections, and a silence of more than five seconds. */
  close(): string[] {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#socket?.destroy();
    if (this.connections === 0) this.#failures.push("WebSocket: never connected");
    if (this.pongs === 0) this.#failures.push("WebSocket: no answer ever");
    return this.#failures;
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  /** What went wrong so far was to be expected. */
  forgive(): void {
    this.#failures.length = 0;
    this.#asked = undefined;
  }

  #connect(): void {
    if (this.#closed) return;
    const handshake = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "c29jbGUtZTJlLXRlc3Q9PQ==",
    };
    const { port, pathname, host, hostname } = this.#url;
    const outgoing = request({
      host: "127.0.0.1",
      port,
      path: pathname,
      servername: hostname,
      rejectUnauthorized: false,
      agent: false,
      headers: { Host: host, ...handshake, ...this.#headers },
      timeout: 10_000,
    });
    outgoing.on("upgrade", (_answer, socket, head) => {
      this.connections += 1;
      this.#socket = socket;
      this.#asked = undefined;
      let rest: Buffer = head;
      const read = (chunk: Buffer): void => {
        rest = this.#read(Buffer.concat([rest, chunk]));
      };
      read(Buffer.alloc(0));
      socket.on("data", read);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        if (!this.#closed) this.cuts.push(Date.now());
        this.#socket = undefined;
        this.#connect();
      });
    });
    const fail = (reason: string): void => {
      if (this.#closed) return;
      this.#failures.push(`WebSocket: not connected: ${reason}`);
      setTimeout(() => {
        this.#connect();
      }, 500);
    };
    outgoing.on("response", (answer) => {
      answer.resume();
      fail(`answered ${answer.statusCode ?? 0}`);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in 10 s")));
    outgoing.on("error", (error) => {
      fail(error.message);
    });
    outgoing.end();
  }

  #ping(): void {
    if (!this.#socket) return;
    if (this.#asked !== undefined && Date.now() - this.#asked > 5000) {
      this.#failures.push("WebSocket: open, but silent for 5 s");
      this.#asked = undefined;
    }
    if (this.#asked !== undefined) return;
    this.#asked = Date.now();
    this.#send(1, Buffer.from('{"type":"ping"}'));
  }

  /** A whole frame of at most `shortFrame` bytes. */
  #send(kind: number, data: Buffer): void {
    // Masked with zeros: allowed, and the data stays as it is.
    this.#socket?.write(Buffer.concat([Buffer.from([0x80 | kind, 0x80 | data.length, 0, 0, 0, 0]), data]));
  }

  /** Takes whole frames off the front; returns what is left. */
  #read(bytes: Buffer): Buffer {
    for (;;) {
      const [first = 0, second = 0] = bytes;
      const head = second > shortFrame ? 4 : 2;
      if (bytes.length < head) return bytes;
      const length = second > shortFrame ? bytes.readUInt16BE(2) : second;
      if (bytes.length < head + length) return bytes;
      const data = bytes.subarray(head, head + length);
      bytes = bytes.subarray(head + length);
      const kind = first & 15;
      if (kind === 8) {
        this.#socket?.destroy();
        return Buffer.alloc(0);
      }
      // With what the ping carried (RFC 6455, 5.5.3): a server that misses it takes the client for gone.
      if (kind === 9) this.#send(10, data);
      if (kind !== 1) continue;
      const text = data.toString();
      if (text.includes('"pong"')) {
        this.pongs += 1;
        this.#asked = undefined;
      } else this.heard.push(text);
    }
  }
}
