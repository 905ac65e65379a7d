/** `pipeline deploy`: brings an image out on a stack. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import type { Command } from "commander";

import { imageDigest } from "../../../policies/evidence/demand.ts";
import { OperatorError } from "../../stack.ts";
import { withAgent } from "../agent.ts";
import { put, summarise } from "../output.ts";
import { PipelineStack } from "../pipeline-stack.ts";
import { demandRun } from "./promote.ts";

interface Options {
  stack: string;
  image: string;
  after?: string;
  message?: string;
}

export function addDeploy(program: Command): void {
  program
    .command("deploy")
    .description("`pulumi up` of a stack with an image by its digest, with the policies attached")
    .requiredOption("-s, --stack <name>", "the stack, as in Pulumi.NAME.yaml")
    .requiredOption("--image <reference>", "the image, by digest: ghcr.io/acme/site@sha256:…")
    .option("--after <stack>", "refuse an image that this stack has never run")
    .option("--message <text>", "what the stack's history says of it")
    .action(async ({ stack: name, image, after, message }: Options) => {
      if (imageDigest(image) === undefined)
        throw new OperatorError(
          `${image} is no image by digest; nothing was changed.\n    → Name what was built, so that what was tested is what runs: ghcr.io/acme/site@sha256:…`,
        );
      const url = await withAgent(process.env, async (environment) => {
        const stack = new PipelineStack(name, environment);
        stack.demandState();
        if (after !== undefined) demandRun(after, image);
        stack.setImage(image);
        const code = await stack.up(message ?? image);
        if (code !== 0)
          throw new OperatorError(
            `Stack ${name} was not brought to ${image}; the reason stands above. What served before serves on.\n    → Mend it and run this again; a lock that a cancelled run left: npm run -s pulumi -- cancel -s ${name}`,
          );
        if (after === undefined) recordMigrations(name, environment);
        return stack.url();
      });
      put("url", url);
      summarise(`**${name}** runs \`${image}\`: ${url}`);
    });
}

/** The stack that images come to first is where their migrations are rehearsed: evidence for those that they go on to. */
function recordMigrations(stack: string, environment: NodeJS.ProcessEnv): void {
  const words = [join(import.meta.dirname, "..", "..", "socle.ts"), "migrations", "evidence", "--stack", stack];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { env: environment, encoding: "utf8" });
  // A record that says failed is written too; that is said on standard output.
  if (status !== 0)
    console.error(`There is no evidence that the migrations were rehearsed (EVD-09): ${(stdout + stderr).trim()}`);
}
