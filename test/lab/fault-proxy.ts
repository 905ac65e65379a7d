// Stands between a container and a server, and does to their connections what networks do.
import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

import { docker } from "./command.ts";

/** What happens to each connection, or that none is taken. */
export type Fault =
  | {
      /** How fast it is towards the server. */
      bytesPerSecond?: number;
      /** A text towards the server at which it is cut. */
      resetAt?: string;
    }
  | "refuse";

export class FaultProxy {
  fault: Fault = {};
  /** Connections that were cut or refused. */
  cut = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Where containers find it. */
  readonly address: string;

  private constructor(server: Server, address: string, to: { host: string; port: number }) {
    this.#server = server;
    this.address = address;
    server.on("connection", (socket) => {
      this.#pass(socket, to);
    });
  }

  /** @param at an address of this machine; by default one that containers of its engine reach, those of lab hosts do not */
  static async start(to: { host: string; port: number }, at?: string): Promise<FaultProxy> {
    const address = at ?? (await bridgeAddress());
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return new FaultProxy(server, address, to);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(client: Socket, to: { host: string; port: number }): void {
    const server = connect(to);
    const ends = [client, server];
    const end = () => {
      for (const socket of ends) socket.destroy();
    };
    const reset = () => {
      this.cut += 1;
      client.resetAndDestroy();
      server.destroy();
    };
    for (const socket of ends) {
      this.#sockets.add(socket);
      socket.on("error", end);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    if (this.fault === "refuse") {
      reset();
      return;
    }
    client.on("data", (part: Buffer) => {
      const { fault } = this;
      if (fault === "refuse" || (fault.resetAt !== undefined && part.includes(fault.resetAt))) {
        reset();
        return;
      }
      server.write(part);
      if (fault.bytesPerSecond !== undefined) {
        client.pause();
        setTimeout(() => client.resume(), (part.length / fault.bytesPerSecond) * 1000);
      }
    });
    server.pipe(client);
  }
}

/** This machine, as every container sees it. */
export async function bridgeAddress(): Promise<string> {
  const network = "{{with index .IPAM.Config 0}}{{or .Gateway .Subnet}}{{end}}";
  const address = await docker(["network", "inspect", "bridge", "--format", network]);
  // An engine that found its bridge there when it started names no gateway: the bridge has the first address.
  return address.replace(/\d+\/\d+$/, "1");
}
