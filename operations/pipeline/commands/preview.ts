/** `pipeline preview`: what a stack's next `up` would do and what the policies say of it, as a section of a comment. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import type { Command } from "commander";

import { withAgent } from "../agent.ts";
import { fetchEvidence } from "../evidence.ts";
import { page, type Section, section, unseen } from "../markdown.ts";
import { summarise } from "../output.ts";
import { PipelineStack } from "../pipeline-stack.ts";
import { isRefused, readPlan } from "../plan.ts";
import { withoutSecrets } from "../redaction.ts";

/** GitHub shows no more of a step's summary (1 MiB); a reader needs less. */
const summaryLimit = 200_000;

interface Options {
  stack: string;
  output: string;
  evidence?: true;
}

export function addPreview(program: Command): void {
  program
    .command("preview")
    .description("plan and verdict of a stack, with the image that runs there now; exit status 1 where it is refused")
    .requiredOption("-s, --stack <name>", "the stack, as in Pulumi.NAME.yaml")
    .requiredOption("-o, --output <file>", "where the section is written (JSON)")
    .option("--evidence", "bring the evidence of the image that runs, from its registry")
    .action(async (options: Options) => {
      const { made, failed } = await withAgent(process.env, (environment) => previewed(options, environment));
      mkdirSync(dirname(options.output), { recursive: true });
      const text = withoutSecrets(JSON.stringify(made), process.env);
      writeFileSync(options.output, text);
      const shown = JSON.parse(text) as Section;
      console.log(`${shown.head}\n\n${shown.text}`);
      summarise(page(`## ${options.stack}`, [shown], summaryLimit));
      if (failed) process.exitCode = 1;
    });
}

function previewed(
  { stack: name, evidence }: Options,
  environment: NodeJS.ProcessEnv,
): { made: Section; failed: boolean } {
  const stack = new PipelineStack(name, environment);
  if (!stack.isReachable) return { made: unseen(name), failed: false };
  // Else the plan would show a step back to the image that the stack's file happens to name.
  const running = stack.runningImage();
  if (running) {
    stack.setImage(running);
    if (evidence) fetchEvidence(running);
  }
  const { failed, text, log } = stack.preview();
  const plan = readPlan(log);
  return { made: section(name, plan, text, failed), failed: isRefused(plan, failed) };
}
