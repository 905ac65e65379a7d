/** A changed stack file on its way to the host: the plan, one question, `pulumi up`. */
import { join } from "node:path";

import { confirm } from "@inquirer/prompts";

import { ownProject } from "../toolchain/project.ts";
import { pulumi } from "../toolchain/pulumi.ts";
import { OperatorError, type Stack } from "./stack.ts";
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
  failed?: string;
  /** Whether Pulumi's words go to standard error. */
  quiet?: boolean;
}

/** @throws OperatorError before anything is read, where somebody must be asked and nobody can be */
export function refuseUnattended(yes: boolean): void {
  if (!yes && !process.stdin.isTTY)
    throw new OperatorError("Nobody can be asked here, and nothing was changed.\n    → Add --yes to go on without.");
}

/** @throws OperatorError where the plan is refused, the answer is no, or `pulumi up` failed */
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
  const { failed = ordinaryMend(stack.name) } = given;
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
    if ((await run("preview")) !== 0)
      throw new OperatorError(`The plan was refused, as said above; ${document.file} is as it was.`);
    if (!yes && !(await confirm({ message: question, default: false })))
      throw new OperatorError(`Nothing was changed; ${document.file} is as it was.`);
    await before?.();
  } catch (error) {
    document.restore();
    // Ctrl-C at the question is a no.
    if (error instanceof Error && error.name === "ExitPromptError")
      throw new OperatorError(`Nothing was changed; ${document.file} is as it was.`);
    throw error;
  }
  await around(async () => {
    if ((await run("up", "--yes", "--skip-preview")) !== 0)
      throw new OperatorError(
        `pulumi up did not end well, as said above; where a step failed, what served before goes on serving.\n${document.file} holds the new settings.\n    → See what runs: socle status --stack ${stack.name}\n${failed}`,
      );
  });
}

const ordinaryMend = (stack: string): string =>
  `    → Then mend it and run: npm run -s pulumi -- up -s ${stack}\n    → Or go back to what served: socle rollback --stack ${stack}`;
