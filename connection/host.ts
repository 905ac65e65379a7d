/** The one door to a host: scripts of host/ run where a stack runs, on this machine or over SSH. */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

import { execa, type Options } from "execa";

import { Problem, type Wordings } from "../config/problem.ts";
import type { Settings } from "../config/schema.ts";
import { type Arguments, argumentWords } from "./arguments.ts";
import { preflight } from "./preflight.ts";
import { target } from "./target.ts";

const project = fileURLToPath(new URL("..", import.meta.url));

export interface Asking {
  /** Standard input. Default: none. */
  input?: string;
  /** Seconds after which it is given up. Default: never. */
  seconds?: number;
  /** Shows on this process's standard error what the script says, as it comes. */
  aloud?: boolean;
}

/** How a script ended that has more than one way to answer. */
export interface Answer {
  status: number;
  output: string;
}

/** A script that runs, whose input and output the caller writes and reads; what it says is shown. */
export interface Running {
  input: Writable;
  output: Readable;
  /**
   * Waits for its end.
   * @param stopped whether its end was asked for, and no failure
   * @throws HostError
   */
  ended: (stopped?: () => boolean) => Promise<void>;
}

/** A process that runs a script with a person's own input and output. */
export interface Invocation {
  program: string;
  words: string[];
  directory: string;
  environment: NodeJS.ProcessEnv;
}

interface Failure {
  script: string;
  /** Exit status, signal, or what became of it in words. */
  end: number | string;
  /** What it said, where that was not shown as it came. */
  said?: string;
}

/** A script that did not do what it was asked; where the host itself is the reason, that can be found out. */
export class HostError extends Problem {
  readonly host: Settings["host"];
  /** Exit status; undefined where there is none. */
  readonly status: number | undefined;

  constructor(host: Settings["host"], facts: Failure) {
    super("script.failed", facts, wordings["script.failed"](facts));
    this.host = host;
    this.status = typeof facts.end === "number" ? facts.end : undefined;
  }

  /** What is wrong with the host; itself where nothing is. */
  async explained(): Promise<Problem> {
    try {
      await preflight(this.host, { dryRun: false });
      return this;
    } catch (error) {
      return error instanceof Problem ? error : this;
    }
  }
}

export const wordings = {
  "script.failed": ({ script, end, said }: Failure) => {
    const signal = typeof end === "string" && end.startsWith("SIG");
    const how = typeof end === "number" ? `ended with exit code ${String(end)}` : signal ? `was ended by ${end}` : end;
    if (said === undefined) return [`${script} ${how}; the reason stands above.`];
    return [said || `${script} ${how} and said nothing.`];
  },
} satisfies Wordings;

export class Host {
  readonly settings: Settings["host"];

  constructor(settings: Settings["host"]) {
    this.settings = settings;
  }

  /** Runs a script; answers with what it printed. @throws HostError */
  async ask(script: string, given: Arguments, asking: Asking = {}): Promise<string> {
    return (await this.answer(script, given, [0], asking)).output;
  }

  /**
   * The same for a script that answers by its exit status too.
   * @param statuses that are answers
   * @throws HostError where it ended otherwise
   */
  async answer(
    script: string,
    given: Arguments,
    statuses: readonly number[],
    { input = "", seconds, aloud = false }: Asking = {},
  ): Promise<Answer> {
    const { exitCode, signal, timedOut, stdout, stderr, originalMessage } = await this.#start(script, given, {
      input,
      ...(seconds === undefined ? {} : { timeout: seconds * 1000 }),
      stderr: aloud ? "inherit" : "pipe",
    });
    // A program that is told to end may call that a success.
    if (!timedOut && exitCode !== undefined && statuses.includes(exitCode)) return { status: exitCode, output: stdout };
    const end = timedOut ? `gave no answer within ${String(seconds)} s` : (exitCode ?? signal ?? originalMessage ?? "");
    const said = typeof stderr === "string" ? stderr.trim() : "";
    throw new HostError(this.settings, { script, end, ...(aloud ? {} : { said }) });
  }

  /** Starts a script, and leaves its input and output to the caller. */
  stream(script: string, given: Arguments): Running {
    const child = this.#start(script, given, { buffer: false, stderr: "inherit" });
    return {
      input: child.stdin,
      output: child.stdout,
      ended: async (stopped = () => false) => {
        const { exitCode, signal, originalMessage } = await child;
        if (exitCode !== 0 && !stopped())
          throw new HostError(this.settings, { script, end: signal ?? exitCode ?? originalMessage ?? "" });
      },
    };
  }

  /** Writes what a script prints to a file, which is there only once it is whole. @throws HostError */
  async save(script: string, given: Arguments, file: string): Promise<void> {
    const part = `${file}.part`;
    try {
      const { input, output, ended } = this.stream(script, given);
      input.end();
      await pipeline(output, createWriteStream(part, { mode: 0o600 }));
      await ended();
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  /**
   * How a script is run as if its host were this terminal.
   * @param options `terminal`: the other side gets a terminal of its own, as wide as this one
   */
  invocation(script: string, given: Arguments, { terminal = false } = {}): Invocation {
    const variables = target(this.settings);
    if (terminal && this.settings.type === "ssh")
      variables["SOCLE_SSH_OPTIONS"] = `${variables["SOCLE_SSH_OPTIONS"] ?? ""}\n-t`;
    return {
      program: "sh",
      words: ["host/run.sh", script, ...argumentWords(given)],
      directory: project,
      environment: { ...process.env, ...variables },
    };
  }

  #start<Chosen extends Options>(script: string, given: Arguments, options: Chosen) {
    const { program, words: all, directory, environment } = this.invocation(script, given);
    return execa(program, all, {
      cwd: directory,
      env: environment,
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      maxBuffer: 256 * 1024 * 1024,
      // What was begun on a host is brought to its end there, whatever becomes of this process.
      cleanup: false,
      ...options,
    } as const);
  }
}
