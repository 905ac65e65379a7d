/** Variables on their way into a stack: what it has already, and the writing of what it has not. */
import { problems, type Wordings } from "../../config/problem.ts";
import { ownProject } from "../../toolchain/project.ts";
import { attempt, capture } from "../../toolchain/pulumi.ts";
import { StackDocument } from "../stack-document.ts";
import type { Step } from "./variable-plan.ts";

/** A step beside what the stack has; without a state where nothing is to be taken. */
export interface Intake extends Step {
  state?: "new" | "same" | "differs";
}

export const wordings = {
  "import.no-stack": ({ stack, reason }: { stack: string; reason: string }) => [
    `The configuration of stack ${stack} could not be read: ${reason}`,
    `Make the stack first: npm run -s pulumi -- stack init ${stack}`,
  ],
  "import.not-set": ({ key, said }: { key: string; said: string }) => [
    `${key} could not be set: ${said}`,
    "Mend that and run the same again: what was taken before is left as it is.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

export class StackVariables {
  readonly #stack: string;
  readonly #secrets: Record<string, { value: string }>;
  /** Whether it was ever brought up. */
  readonly #up: boolean;

  /** @throws import.no-stack where there is no such stack, or its secrets cannot be read */
  constructor(stack: string) {
    this.#stack = stack;
    const read = (...words: string[]): unknown =>
      JSON.parse(capture([...words, "--json", "--stack", stack, "--cwd", ownProject().folder]));
    try {
      this.#secrets = read("config", "--show-secrets") as Record<string, { value: string }>;
      this.#up = Object.keys(read("stack", "output") as object).length > 0;
    } catch (error) {
      throw problem("import.no-stack", {
        stack,
        reason: error instanceof Error ? error.message.trim() : String(error),
      });
    }
  }

  compare(steps: readonly Step[]): Intake[] {
    const document = new StackDocument(this.#stack);
    return steps.map((step): Intake => {
      const { becomes, path, value } = step;
      if (path === undefined) return step;
      if (this.#up && path[0] === "postgres")
        return { variable: step.variable, becomes: "left", why: "the stack is up, and its database keeps its names" };
      const had = becomes === "secret" ? this.#secrets[path[0] ?? ""]?.value : document.value(path);
      if (had === undefined) return { ...step, state: "new" };
      return { ...step, state: JSON.stringify(had) === JSON.stringify(value) ? "same" : "differs" };
    });
  }

  /**
   * Secrets go through Pulumi's standard input, never over a command line; each is done or not done. Run again, it goes on.
   * @throws import.not-set naming what could not be written
   */
  take(steps: readonly Intake[], told: (variable: string) => void): void {
    for (const { path = [], variable, value } of steps.filter(({ becomes }) => becomes === "secret")) {
      const words = ["config", "set", "--secret", path[0] ?? "", "--stack", this.#stack, "--cwd", ownProject().folder];
      const { status, stderr } = attempt(words, process.env, value as string);
      if (status !== 0) throw problem("import.not-set", { key: path[0] ?? "", said: stderr.trim() });
      told(variable);
    }
    const document = new StackDocument(this.#stack);
    const plain = steps.filter(({ becomes }) => becomes !== "secret");
    if (plain.length === 0) return;
    document.apply(plain.map(({ path = [], value }) => ({ path, from: document.value(path), to: value })));
    document.write();
  }
}
