// The operator's command on a stack: with plain pipes, or in a terminal.
import { join } from "node:path";

import { type CommandOptions, type Result, run } from "./command.ts";
import type { TestStack } from "./stack.ts";

const program = join(import.meta.dirname, "..", "..", "operations", "socle.ts");

export type Step = ["wait", string] | ["type", string] | ["resize", number, number];

/** A person's terminal has colours, whatever a runner of tests says of its own (Node takes none where CI is set). */
const person = { TERM: "xterm-256color", CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined };

export class Operator {
  readonly #stack: TestStack;

  constructor(stack: TestStack) {
    this.#stack = stack;
  }

  socle(words: readonly string[], options: CommandOptions = {}): Promise<Result> {
    return run("node", this.#words(words), this.#options(options));
  }

  /** In a terminal of 24 × 80, where somebody does these steps. */
  terminal(words: readonly string[], steps: readonly Step[], options: CommandOptions = {}): Promise<Result> {
    const script = join(import.meta.dirname, "terminal.py");
    const command = [script, JSON.stringify(steps), "node", ...this.#words(words)];
    return run("python3", command, this.#options({ ...options, environment: { ...person, ...options.environment } }));
  }

  async json<Shape>(words: readonly string[], options: CommandOptions = {}): Promise<Shape> {
    const { stdout } = await this.socle([...words, "--json"], options);
    return JSON.parse(stdout) as Shape;
  }

  #words(words: readonly string[]): string[] {
    return [program, ...words];
  }

  #options(options: CommandOptions): CommandOptions {
    return {
      directory: this.#stack.folder,
      ...options,
      environment: { ...this.#stack.environment(), PULUMI_STACK: this.#stack.name, ...options.environment },
    };
  }
}
