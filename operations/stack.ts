/** A stack as its outputs describe it: what runs where, and how the host is reached. There is no second description. */
import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import type { Settings } from "../config/schema.ts";
import { target } from "../connection/target.ts";
import { capture } from "../toolchain/pulumi.ts";

const project = join(import.meta.dirname, "..");

export interface Outputs {
  url: string;
  services: Record<string, { container: string; digest: string }>;
  release: string;
  /** What the operator's command needs beside; nothing of it is secret. */
  operations: {
    name: string;
    tier: Settings["tier"];
    host: Settings["host"];
    postgres: { database: string; owner: string };
  };
}

/** What went wrong for a reason that the operator can mend: shown without a stack trace. */
export class OperatorError extends Error {}

export class Stack {
  /** As Pulumi knows it, such as `production`. */
  readonly name: string;
  readonly outputs: Outputs;

  private constructor(name: string, outputs: Outputs) {
    this.name = name;
    this.outputs = outputs;
  }

  /** @throws OperatorError where there is no such stack, or it was never brought up */
  static read(name: string): Stack {
    let text: string;
    try {
      text = capture(["stack", "output", "--json", "--stack", name, "--cwd", project]);
    } catch (error) {
      throw new OperatorError(
        `The outputs of stack ${name} could not be read: ${error instanceof Error ? error.message.trim() : String(error)}\n    → See which stacks there are: npm run -s pulumi -- stack ls`,
      );
    }
    const outputs = JSON.parse(text) as Partial<Outputs>;
    if (!outputs.operations || !outputs.services)
      throw new OperatorError(
        `Stack ${name} is not up, or was brought up by an older version.\n    → Run: npm run -s pulumi -- up -s ${name}`,
      );
    return new Stack(name, outputs as Outputs);
  }

  /** @throws OperatorError where the stack has no such service */
  container(service: string): string {
    const found = this.outputs.services[service];
    if (!found)
      throw new OperatorError(
        `Stack ${this.name} has no service ${service}.\n    → Name one of: ${Object.keys(this.outputs.services).join(", ")}.`,
      );
    return found.container;
  }

  /** Runs a script whose words go to standard error as they come; answers with its output. @throws OperatorError */
  async tell(script: string, words: readonly string[]): Promise<string> {
    const child = this.#piped(script, words);
    const said = await text(child.stdout);
    await ended(child, script);
    return said;
  }

  /** Runs a script and writes its output to a file, which is there only once it is whole. @throws OperatorError */
  async save(script: string, words: readonly string[], file: string): Promise<void> {
    const part = `${file}.part`;
    try {
      const child = this.#piped(script, words);
      await pipeline(child.stdout, createWriteStream(part, { mode: 0o600 }));
      await ended(child, script);
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  /** Runs a script of host/ where the stack runs, with this process's input and output; answers with its exit code. */
  async run(script: string, words: readonly string[]): Promise<number> {
    const child = spawn("sh", ["host/run.sh", script, ...words], { ...this.#surroundings, stdio: "inherit" });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        resolve(code ?? (signal === "SIGINT" ? 130 : 1));
      });
    });
  }

  /** The same, and answers with what it printed. @throws OperatorError with what the script said */
  ask(script: string, words: readonly string[], input = ""): string {
    const { status, stdout, stderr } = spawnSync("sh", ["host/run.sh", script, ...words], {
      ...this.#surroundings,
      input,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    });
    if (status !== 0)
      throw new OperatorError(stderr.trim() || `${script} ended with exit code ${String(status)} and said nothing.`);
    return stdout;
  }

  #piped(script: string, words: readonly string[]): ChildProcessByStdio<null, Readable, null> {
    return spawn("sh", ["host/run.sh", script, ...words], {
      ...this.#surroundings,
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  get #surroundings(): { cwd: string; env: NodeJS.ProcessEnv } {
    return { cwd: project, env: { ...process.env, ...target(this.outputs.operations.host) } };
  }
}

/** @throws OperatorError where the script failed; what it said stands above already */
async function ended(child: ChildProcess, script: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", resolve);
    });
  const end = child.signalCode ?? `exit code ${String(child.exitCode)}`;
  if (child.exitCode !== 0) throw new OperatorError(`${script} ended with ${end}; the reason stands above.`);
}
