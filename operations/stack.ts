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
import { Problem, problems, type Wordings } from "../config/problem.ts";
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

/** What went wrong for a reason that the operator can do something about, and has no code of its own yet. */
export class OperatorError extends Problem {
  constructor(message: string) {
    super("operation.refused", { message }, wordings["operation.refused"]({ message }));
  }
}

/** How a script on the host ended: where the host itself is the reason, it is asked what is wrong with it. */
export class HostError extends Problem {
  readonly #host: Settings["host"];
  /** Exit status; undefined where a signal ended it. */
  readonly status: number | undefined;

  constructor(host: Settings["host"], facts: Failure) {
    super("script.ended-badly", facts, wordings["script.ended-badly"](facts));
    this.#host = host;
    this.status = typeof facts.end === "number" ? facts.end : undefined;
  }

  /** What is wrong with the host; itself where nothing is. */
  async explained(): Promise<Problem> {
    try {
      await preflight(this.#host, { dryRun: false });
      return this;
    } catch (error) {
      return error instanceof Problem ? error : this;
    }
  }
}

interface Failure {
  script: string;
  /** Exit status or signal. */
  end: number | string;
  /** What it said, where that was not shown as it came. */
  said?: string;
}

export const wordings = {
  "operation.refused": ({ message }: { message: string }) => [message],
  "script.ended-badly": ({ script, end, said }: Failure) => {
    const how = typeof end === "number" ? `exit code ${end}` : end;
    if (said === undefined) return [`${script} ended with ${how}; the reason stands above.`];
    return [said || `${script} ended with ${how} and said nothing.`];
  },
  "stack.unreadable": ({ stack, reason, fix }: { stack: string; reason: string; fix: string }) => [
    `The outputs of stack ${stack} could not be read: ${reason}`,
    fix,
  ],
  "stack.not-up": ({ stack }: { stack: string }) => [
    `Stack ${stack} is not up, or was brought up by an older version.`,
    `Run: npm run -s pulumi -- up -s ${stack}`,
  ],
  "stack.no-service": ({
    stack,
    service,
    services,
  }: {
    stack: string;
    service: string;
    services: readonly string[];
  }) => [`Stack ${stack} has no service ${service}.`, `Name one of: ${services.join(", ")}.`],
} satisfies Wordings;

const problem = problems(wordings);

export class Stack {
  /** As Pulumi knows it, such as `production`. */
  readonly name: string;
  readonly outputs: Outputs;

  private constructor(name: string, outputs: Outputs) {
    this.name = name;
    this.outputs = outputs;
  }

  /** @throws stack.unreadable, stack.not-up */
  static read(name: string): Stack {
    let printed: string;
    try {
      printed = capture(["stack", "output", "--json", "--stack", name, "--cwd", ownProject().folder]);
    } catch (error) {
      throw problem("stack.unreadable", { stack: name, reason: reasonOf(error), fix: choices() });
    }
    const outputs = JSON.parse(printed) as Partial<Outputs>;
    if (!outputs.operations || !outputs.services) throw problem("stack.not-up", { stack: name });
    return new Stack(name, outputs as Outputs);
  }

  /** @throws stack.no-service */
  container(service: string): string {
    const found = this.outputs.services[service];
    if (!found)
      throw problem("stack.no-service", { stack: this.name, service, services: Object.keys(this.outputs.services) });
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
      const error = new HostError(host, { script, end: code });
      const found = await error.explained();
      if (found !== error) throw found;
    }
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  }

  /** The same, and answers with what it printed. @throws HostError with what the script said */
  ask(script: string, words: readonly string[], input = ""): string {
    const { status, signal, stdout, stderr } = spawnSync("sh", ["host/run.sh", script, ...words], {
      ...this.#surroundings,
      input,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    });
    if (status !== 0)
      throw new HostError(this.outputs.operations.host, {
        script,
        end: status ?? signal ?? "an error",
        said: stderr.trim(),
      });
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
    if (child.exitCode !== 0 && !stopped())
      throw new HostError(this.outputs.operations.host, { script, end: child.signalCode ?? child.exitCode ?? "" });
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
