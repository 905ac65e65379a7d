// A machine beyond the engine's networks: a network namespace with an address set aside for documentation (RFC 5737).
import { randomBytes } from "node:crypto";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

import { run } from "./command.ts";

const port = 8080;

export class Outside {
  /** Of what listens there. */
  readonly address = "203.0.113.2";
  readonly port = port;
  readonly #name = `out${randomBytes(3).toString("hex")}`;
  #listener: ChildProcess | undefined;

  static async open(): Promise<Outside> {
    const outside = new Outside();
    try {
      await outside.#connect();
      return outside;
    } catch (error) {
      await outside.close();
      throw error;
    }
  }

  async #connect(): Promise<void> {
    const name = this.#name;
    const ip = (...words: string[]) => run("ip", words);
    await ip("netns", "add", name);
    await ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
    await ip("addr", "add", "203.0.113.1/30", "dev", name);
    await ip("link", "set", name, "up");
    await ip("-n", name, "addr", "add", `${this.address}/30`, "dev", "eth0");
    await ip("-n", name, "link", "set", "eth0", "up");
    await ip("-n", name, "route", "add", "default", "via", "203.0.113.1");
    // A client that goes away does not end it.
    const serve = `require("node:net").createServer((s) => s.on("error", () => undefined).end("outside")).listen(${port}, () => console.log("listening"))`;
    this.#listener = spawn("ip", ["netns", "exec", name, process.execPath, "-e", serve], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await Promise.race([
      once(this.#listener.stdout!, "data"),
      once(this.#listener, "exit").then(() => Promise.reject(new Error("the listener outside did not start"))),
    ]);
  }

  async close(): Promise<void> {
    this.#listener?.kill();
    await run("ip", ["link", "delete", this.#name], { check: false });
    await run("ip", ["netns", "delete", this.#name], { check: false });
  }
}
