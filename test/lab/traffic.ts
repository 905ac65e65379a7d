// Many who read and write a table while something happens to its database: whether one of them fails or waits too long.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import { until } from "./deadline.ts";
import { psql } from "./engine.ts";
import type { Ground } from "./ground.ts";

/** Seconds that one may wait for a lock; PostgreSQL itself counts them, on a busy machine too. */
const patience = 3;
const pause = 50;

/** One that goes on until it is closed. @returns answers with what went wrong, nothing where all went well */
class Client {
  answers = 0;
  readonly #closed = new AbortController();
  readonly #failure: Promise<string>;

  constructor(postgres: string, statement: string) {
    const options = ["--env", `PGOPTIONS=-c lock_timeout=${patience}s`];
    const child = spawn("docker", ["exec", "--interactive", ...options, postgres, ...psql()], { stdio: "pipe" });
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (part: Buffer) => (this.answers += part.toString().split("\n").length - 1));
    const said = text(child.stderr);
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    this.#failure = this.#ask(child.stdin, statement).then(async () => {
      child.stdin.end();
      return (await ended) === 0 ? "" : `${statement}: ${await said}`;
    });
  }

  close(): Promise<string> {
    this.#closed.abort();
    return this.#failure;
  }

  async #ask(to: NodeJS.WritableStream, statement: string): Promise<void> {
    while (!this.#closed.signal.aborted) {
      to.write(`${statement};\n`);
      await sleep(pause, undefined, { signal: this.#closed.signal }).catch(() => undefined);
    }
  }
}

/** @returns what went wrong, a line each; nothing where everybody was answered in time */
export async function underTraffic(
  ground: Ground,
  statements: readonly string[],
  action: () => Promise<unknown>,
): Promise<string[]> {
  const clients = statements.map((statement) => new Client(ground.container("postgres"), statement));
  const failures: string[] = [];
  try {
    await until("everybody has been answered", 30, () => Promise.resolve(clients.every(({ answers }) => answers > 5)));
    await action();
  } finally {
    failures.push(...(await Promise.all(clients.map((client) => client.close()))));
  }
  return failures.filter((failure) => failure !== "");
}
