// OpenSSH's own server on the loopback, with settings as installed but for what a test names.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";

import type { SshHost } from "../../connection/ssh.ts";
import { until } from "../lab/deadline.ts";

export class SshServer {
  readonly folder = mkdtempSync(join(tmpdir(), "socle-sshd-"));
  readonly host: SshHost;
  readonly #process: ChildProcess;
  readonly #idle: Socket[] = [];

  private constructor(port: number, settings: readonly string[]) {
    const file = (name: string, text: string, mode: number): string => {
      writeFileSync(join(this.folder, name), text);
      chmodSync(join(this.folder, name), mode);
      return join(this.folder, name);
    };
    const key = (name: string): string => {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(this.folder, name)]);
      return readFileSync(join(this.folder, `${name}.pub`), "utf8").trim();
    };
    const hostKey = key("host");
    const keys = file("keys", `${key("id")}\n`, 0o600);
    // What the tasks and the Docker provider start there.
    mkdirSync(join(this.folder, "bin"));
    file("bin/sudo", '#!/bin/sh\nshift\nexec "$@"\n', 0o755);
    file("bin/docker", "#!/bin/sh\necho dial-stdio\nexec cat\n", 0o755);
    const path = `${join(this.folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}`;
    const configuration = [
      `ListenAddress 127.0.0.1:${String(port)}`,
      `HostKey ${join(this.folder, "host")}`,
      `AuthorizedKeysFile ${keys}`,
      // Nor does the user's own shell start-up matter.
      `SetEnv PATH="${path}" HOME="${this.folder}"`,
      ...["PidFile none", "StrictModes no", "UsePAM no", "LogLevel VERBOSE"],
      ...settings,
    ];
    file("config", `${configuration.join("\n")}\n`, 0o600);
    file("log", "", 0o600);
    this.host = {
      type: "ssh",
      address: "127.0.0.1",
      port,
      user: userInfo().username,
      hostKey,
      identityFile: join(this.folder, "id"),
      prepare: true,
      minimum: { cpus: 1, memory: 1, disk: 1 },
    };
    // Compiled into sshd; else the service makes it.
    if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true });
    const words = ["-D", "-f", join(this.folder, "config"), "-E", join(this.folder, "log")];
    this.#process = spawn("/usr/sbin/sshd", words, { stdio: "ignore" });
  }

  static async start(...settings: string[]): Promise<SshServer> {
    const server = new SshServer(await freePort(), settings);
    await until("sshd listens", 20, () => Promise.resolve(server.log.includes("Server listening")), 0.05);
    return server;
  }

  get log(): string {
    return existsSync(join(this.folder, "log")) ? readFileSync(join(this.folder, "log"), "utf8") : "";
  }

  /** The most connections that had not logged in yet at a time, since the log was that long. */
  loginsAtOnce(since = 0): number {
    const waiting = new Set<string>();
    let most = 0;
    for (const line of this.log.slice(since).split("\n")) {
      const begun = /^Connection from \S+ port (\d+) /.exec(line)?.[1];
      const ended = /^(?:Accepted publickey|Connection (?:closed|reset)|Disconnected) .*\bport (\d+)/.exec(line)?.[1];
      if (begun !== undefined) waiting.add(begun);
      if (ended !== undefined) waiting.delete(ended);
      most = Math.max(most, waiting.size);
    }
    return most;
  }

  /** Logins that were accepted so far. */
  get logins(): number {
    return this.log.match(/^Accepted publickey /gm)?.length ?? 0;
  }

  /** Connections that sshd dropped so far, since too many had not logged in. */
  get drops(): number {
    return this.log.match(/^drop connection /gm)?.length ?? 0;
  }

  /** Connections of others, who say nothing. */
  async occupy(count: number): Promise<void> {
    for (let number = 0; number < count; number += 1) {
      const socket = connect(this.host.port, this.host.address);
      socket.on("error", () => undefined);
      this.#idle.push(socket);
      await new Promise((resolve) => socket.once("data", resolve));
    }
  }

  leave(): void {
    for (const socket of this.#idle.splice(0)) socket.destroy();
  }

  async stop(): Promise<void> {
    this.leave();
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    if (this.#process.exitCode === null && this.#process.kill()) await ended;
    rmSync(this.folder, { recursive: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
