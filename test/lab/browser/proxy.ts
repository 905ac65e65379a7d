// The browser's only way out of its network: an HTTP proxy on a socket in the file system, with names of its own.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";

/** Where a browser's network has it. */
export const proxyAddress = "http://127.0.0.1:3128";

export class Proxy {
  readonly #folder: string;
  readonly #hosts: Readonly<Record<string, string>>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(folder: string, hosts: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#hosts = hosts;
    this.#server = createServer((incoming, outgoing) => {
      const { hostname, port, pathname, search } = new URL(incoming.url ?? "");
      const way = this.#way(hostname, Number(port || 80));
      const asked = request({ ...way, path: pathname + search, method: incoming.method, headers: incoming.headers });
      asked.on("response", (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        pipeline(answer, outgoing, () => undefined);
      });
      asked.on("error", (error) => outgoing.writeHead(502).end(error.message));
      pipeline(incoming, asked, () => undefined);
    });
    this.#server.on("connect", (incoming, socket: Socket, head) => {
      const { hostname, port } = new URL(`https://${incoming.url ?? ""}`);
      const outgoing = connect(this.#way(hostname, Number(port || 443)));
      outgoing.on("connect", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        outgoing.write(head);
        pipeline(socket, outgoing, () => undefined);
        pipeline(outgoing, socket, () => undefined);
      });
      outgoing.on("error", () => socket.destroy());
      socket.on("error", () => outgoing.destroy());
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    // The relay's first connection stays open and silent.
    this.#server.requestTimeout = 0;
    this.#server.headersTimeout = 0;
  }

  /** @param hosts name → address, or address:port, instead of what this machine knows under the name */
  static async open(hosts: Readonly<Record<string, string>>): Promise<Proxy> {
    const proxy = new Proxy(await mkdtemp(join(tmpdir(), "socle-proxy-")), hosts);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.on("error", reject).listen(proxy.socket, resolve);
    });
    return proxy;
  }

  get socket(): string {
    return join(this.#folder, "socket");
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await rm(this.#folder, { recursive: true });
  }

  #way(hostname: string, port: number): { host: string; port: number } {
    const [host = hostname, own = port] = this.#hosts[hostname]?.split(":") ?? [];
    // Servers of this machine listen on its IPv4 address.
    return { host: host === "localhost" ? "127.0.0.1" : host, port: Number(own) };
  }
}
