// An S3 server that keeps its objects as files of a folder, and asks for a key.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { until } from "./deadline.ts";

/** As toolchain/steps/s3-server.sh builds it. */
const program = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "socle/s3-server/current/bin/versitygw",
);

export class S3Server {
  readonly accessKey = `AKIA${randomBytes(6).toString("hex").toUpperCase()}`;
  readonly secretKey = randomBytes(20).toString("hex");
  readonly bucket = "backups";
  /** On this machine's loopback alone. */
  readonly port: number;
  /** Holds a folder for each bucket. */
  readonly folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    const words = ["--quiet", "--port", `127.0.0.1:${String(port)}`, "--access", this.accessKey];
    this.#process = spawn(program, [...words, "--secret", this.secretKey, "posix", folder], { stdio: "ignore" });
  }

  static async start(): Promise<S3Server> {
    const folder = await mkdtemp(join(tmpdir(), "socle-s3-"));
    await mkdir(join(folder, "backups"));
    const server = new S3Server(folder, await freePort());
    let failure: Error | undefined;
    server.#process.on("error", (error) => (failure = error));
    await until("the S3 server listens", 20, () => {
      if (failure) throw new Error(`${program} does not start: run toolchain/setup.sh --test`, { cause: failure });
      return listens(server.port);
    });
    return server;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill();
      await once(this.#process, "exit");
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
