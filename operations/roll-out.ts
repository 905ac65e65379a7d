/** A changed stack file on its way to the host: the plan, one question, `pulumi up`. */
import { join } from "node:path";

import { confirm } from "@inquirer/prompts";

import { problems, type Wordings } from "../config/problem.ts";
import { ownProject } from "../toolchain/project.ts";
import { pulumi } from "../toolchain/pulumi.ts";
import type { Stack } from "./stack.ts";
import type { StackDocument } from "./stack-document.ts";

const clone = join(import.meta.dirname, "..");

export interface RollOut {
  stack: Stack;
  document: StackDocument;
  question: string;
  /** Whether nobody is asked. */
  yes: boolean;
  /** Variables of the `pulumi up`. */
  variables?: Record<string, string>;
  /** What is done after the answer and before `pulumi up`. */
  before?: () => Promise<void>;
  /** What is done after the answer around `pulumi up`, which it calls once. */
  around?: (up: () => Promise<void>) => Promise<void>;
  /** What to do where `pulumi up` failed. Default: mend it, or go back to the former release. */
  fixes?: string[];
  /** Whether Pulumi's words go to standard error. */
  quiet?: boolean;
}

export const wordings = {
  "roll-out.unattended": () => ["Nobody can be asked here, and nothing was changed.", "Add --yes to go on without."],
  "roll-out.plan-refused": ({ file }: { file: string }) => [
    `The plan was refused, as said above; ${file} is as it was.`,
  ],
  "roll-out.declined": ({ file }: { file: string }) => [`Nothing was changed; ${file} is as it was.`],
  "roll-out.failed": ({ stack, file, fixes }: { stack: string; file: string; fixes: readonly string[] }) => [
    `pulumi up did not end well, as said above; where a step failed, what served before goes on serving.\n${file} holds the new settings.`,
    `See what runs: socle status --stack ${stack}`,
    ...fixes,
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws roll-out.unattended before anything is read, where somebody must be asked and nobody can be */
export function refuseUnattended(yes: boolean): void {
  if (!yes && !process.stdin.isTTY) throw problem("roll-out.unattended");
}

/** @throws roll-out.plan-refused, roll-out.declined where the answer is no, roll-out.failed where `pulumi up` failed */
export async function rollOut(given: RollOut): Promise<void> {
  const {
    stack,
    document,
    question,
    yes,
    variables = {},
    before,
    around = (up: () => Promise<void>) => up(),
    quiet = false,
  } = given;
  const { fixes = ordinaryFixes(stack.name) } = given;
  const run = (...words: string[]): Promise<number> =>
    pulumi(
      [...words, "--stack", stack.name, "--cwd", ownProject().folder],
      {
        ...process.env,
        // Staging and production are judged by the policies, as in every other deployment.
        ...(stack.outputs.operations.tier === "dev"
          ? {}
          : { PULUMI_OPTION_POLICY_PACK: process.env["PULUMI_OPTION_POLICY_PACK"] || join(clone, "policies") }),
        ...variables,
      },
      quiet ? 2 : "inherit",
    );
  document.write();
  try {
    if ((await run("preview")) !== 0) throw problem("roll-out.plan-refused", { file: document.file });
    if (!yes && !(await confirm({ message: question, default: false })))
      throw problem("roll-out.declined", { file: document.file });
    await before?.();
  } catch (error) {
    document.restore();
    // Ctrl-C at the question is a no.
    if (error instanceof Error && error.name === "ExitPromptError")
      throw problem("roll-out.declined", { file: document.file });
    throw error;
  }
  await around(async () => {
    if ((await run("up", "--yes", "--skip-preview")) !== 0)
      throw problem("roll-out.failed", { stack: stack.name, file: document.file, fixes });
  });
}

const ordinaryFixes = (stack: string): string[] => [
  `Then mend it and run: npm run -s pulumi -- up -s ${stack}`,
  `Or go back to what served: socle rollback --stack ${stack}`,
];
