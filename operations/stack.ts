/** A stack as its outputs describe it: what runs where, and how the host is reached. There is no second description. */
import { constants } from "node:os";

import type { AuditSubject } from "../config/audit-subject.ts";
import { Problem, problems, type Wordings } from "../config/problem.ts";
import type { Settings } from "../config/schema.ts";
import type { SmokeCheck } from "../config/smoke-checks.ts";
import type { Arguments } from "../connection/arguments.ts";
import { Host, HostError } from "../connection/host.ts";
import { runThrough } from "../toolchain/cli.ts";
import { ownProject } from "../toolchain/project.ts";
import { capture } from "../toolchain/pulumi.ts";

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

export const wordings = {
  "operation.refused": ({ message }: { message: string }) => [message],
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
  /** Where it runs. */
  readonly host: Host;

  private constructor(name: string, outputs: Outputs) {
    this.name = name;
    this.outputs = outputs;
    this.host = new Host(outputs.operations.host);
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

  /**
   * Runs a script of host/ where the stack runs, with this process's input and output; answers with its exit code.
   * @param options `terminal`: the other side gets a terminal of its own, as wide as this one
   * @throws HostError where the host could not be reached
   */
  async run(script: string, given: Arguments, { terminal = false } = {}): Promise<number> {
    const { program, words: all, environment, directory } = this.host.invocation(script, given, { terminal });
    const { code, signal } = await runThrough(program, all, environment, directory);
    // ssh(1): its own failures, though a command may end so too.
    if (code === 255 && this.host.settings.type === "ssh") {
      const error = new HostError(this.host.settings, { script, end: code });
      const found = await error.explained();
      if (found !== error) throw found;
    }
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
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
