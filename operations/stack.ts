/** A stack as its outputs describe it: what runs where, and how the host is reached. There is no second description. */
import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import type { AuditSubject } from "../config/audit-subject.ts";
import type { Settings } from "../config/schema.ts";
import type { SmokeCheck } from "../config/smoke-checks.ts";
import { preflight } from "../connection/preflight.ts";
import { target } from "../connection/target.ts";
import { runThrough } from "../toolchain/cli.ts";
import { ownProject } from "../toolchain/project.ts";
import { capture } from "../toolchain/pulumi.ts";

const clone = join(import.meta.dirname, "..");

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
    /** Commands of the application that the preset or the stack names. */
    commands: { shell?: string[]; celery?: string[] };
    /** Of the record of releases on the host, the latest that succeeded. */
    recorded: { number: number; hash: string };
  };
  /** A stack that an older version brought up has none. */
  audit?: AuditSubject;
  /** What to ask of the site, and the answers. */
  checks: SmokeCheck[];
}

/** What went wrong for a reason that the operator can mend: shown without a stack trace. */
export class OperatorError extends Error {}

/** What a script on the host ended with: where the host itself is the reason, it is asked what is wrong with it. */
export class HostError extends OperatorError {
  readonly #host: Settings["host"];

  constructor(host: Settings["host"], message: string) {
    super(message);
    this.#host = host;
  }

  async explained(): Promise<string> {
    try {
      await preflight(this.#host, { dryRun: false });
      return this.message;
    } catch (error) {
      return error instanceof Error ? error.message : this.message;
    }
  }
}

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
    let printed: string;
    try {
      printed = capture(["stack", "output", "--json", "--stack", name, "--cwd", ownProject().folder]);
    } catch (error) {
      throw new OperatorError(`The outputs of stack ${name} could not be read: ${reasonOf(error)}\n    → ${choices()}`);
    }
    const outputs = JSON.parse(printed) as Partial<Outputs>;
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

  /** Runs a script and writes its output to a file, which is there only once it is whole. @throws HostError */
  async save(script: string, words: readonly string[], file: string): Promise<void> {
    const part = `${file}.part`;
    try {
      const child = this.follow(script, words);
      child.stdin.end();
      await pipeline(child.stdout, createWriteStream(part, { mode: 0o600 }));
      await this.ended(child, script);
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  /**
   * Runs a script of host/ where the stack runs, with this process's input and output; answers with its exit code.
   * @param options `terminal`: the other side gets a terminal of its own, as wide as this one
   * @throws HostError where the host could not be reached
   */
  async run(script: string, words: readonly string[], { terminal = false } = {}): Promise<number> {
    const { host } = this.outputs.operations;
    const variables = target(host);
    if (terminal && host.type === "ssh") variables["SOCLE_SSH_OPTIONS"] = `${variables["SOCLE_SSH_OPTIONS"] ?? ""}\n-t`;
    const { code, signal } = await runThrough(
      "sh",
      ["host/run.sh", script, ...words],
      { ...process.env, ...variables },
      clone,
    );
    // ssh(1): its own failures, though a command may end so too.
    if (code === 255 && host.type === "ssh") {
      const error = new HostError(host, "");
      const found = await error.explained();
      if (found !== "") throw new OperatorError(found);
    }
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  }

  /** The same, and answers with what it printed. @throws HostError with what the script said */
  ask(script: string, words: readonly string[], input = ""): string {
    const { status, stdout, stderr } = spawnSync("sh", ["host/run.sh", script, ...words], {
      ...this.#surroundings,
      input,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    });
    if (status !== 0)
      throw new HostError(
        this.outputs.operations.host,
        stderr.trim() || `${script} ended with exit code ${String(status)} and said nothing.`,
      );
    return stdout;
  }

  /** Runs a script whose words go to standard error as they come; answers with its output. @throws HostError */
  async tell(script: string, words: readonly string[], input = ""): Promise<string> {
    const child = this.follow(script, words);
    child.stdin.end(input);
    const said = await text(child.stdout);
    await this.ended(child, script);
    return said;
  }

  /** Starts a script whose input and output this process writes and reads; its errors are shown. */
  follow(script: string, words: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
    return spawn("sh", ["host/run.sh", script, ...words], {
      ...this.#surroundings,
      stdio: ["pipe", "pipe", "inherit"],
    });
  }

  /**
   * Waits for a script's end.
   * @param stopped whether its end was asked for, and no failure
   * @throws HostError where it failed; what it said stands above already
   */
  async ended(child: ChildProcess, script: string, stopped = (): boolean => false): Promise<void> {
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("exit", resolve);
      });
    const end = child.signalCode ?? `exit code ${String(child.exitCode)}`;
    if (child.exitCode !== 0 && !stopped())
      throw new HostError(this.outputs.operations.host, `${script} ended with ${end}; the reason stands above.`);
  }

  get #surroundings(): { cwd: string; env: NodeJS.ProcessEnv } {
    return { cwd: clone, env: { ...process.env, ...target(this.outputs.operations.host) } };
  }
}

/** What the CLI says, without the words that it was called with. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split(":\n").at(-1) ?? text).trim().replace(/^error: /, "");
}

function choices(): string {
  try {
    const stacks = JSON.parse(capture(["stack", "ls", "--json", "--cwd", ownProject().folder])) as { name: string }[];
    if (stacks.length > 0) return `Name one of: ${stacks.map(({ name }) => name).join(", ")}.`;
  } catch {
    // What cannot be listed is not the question.
  }
  return "There is no stack yet: `npm start` makes one on this machine; docs/getting-started.md takes you to a server.";
}
