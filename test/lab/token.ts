// What needs a quiet machine (load, a browser) waits here for its turn: one at a time, whatever process or clone it is of.
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Context } from "mocha";

/** A lock that only one process on the machine has. It is freed when that process gives it back, or dies. */
export class Token {
  readonly #file: string;
  #lease: Promise<() => void> | undefined;
  #shares = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Waits until this process has it, and returns what gives it back. Who has it may take it again. */
  async take(): Promise<() => void> {
    this.#shares += 1;
    this.#lease ??= lease(this.#file);
    let end: (() => void) | undefined;
    const giveBack = (): void => {
      this.#shares -= 1;
      if (this.#shares > 0) return;
      this.#lease = undefined;
      end?.();
    };
    try {
      end = await this.#lease;
    } catch (error) {
      giveBack();
      throw error;
    }
    let given = false;
    return () => {
      if (given) return;
      given = true;
      giveBack();
    };
  }
}

/** `flock` holds the file's lock for as long as its command runs, and that ends with its standard input. */
async function lease(file: string): Promise<() => void> {
  const holder = spawn("flock", [file, "sh", "-c", "echo held; exec cat >/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await Promise.race([
    once(holder.stdout, "data"),
    once(holder, "exit").then(([code]) => {
      throw new Error(`flock ${file} ended with ${String(code)}: the token of the quiet machine was not given`);
    }),
  ]);
  // A test that forgot to give it back does not keep its process alive.
  holder.unref();
  for (const stream of [holder.stdin, holder.stdout]) (stream as Socket).unref();
  return () => holder.stdin.end();
}

const machine = new Token(join(tmpdir(), "socle-quiet-machine.lock"));

/** Waits for the machine's token, and returns what gives it back. */
export const quiet = (): Promise<() => void> => machine.take();

/** Does something on a quiet machine; the time until its turn does not count for the test or hook that it is part of. */
export async function quietly<T>(context: Context, action: () => Promise<T>): Promise<T> {
  const limit = context.timeout();
  const began = Date.now();
  context.timeout(0);
  const giveBack = await quiet();
  // Mocha holds the whole duration against the limit.
  if (limit > 0) context.timeout(limit + Date.now() - began);
  try {
    return await action();
  } finally {
    giveBack();
  }
}
