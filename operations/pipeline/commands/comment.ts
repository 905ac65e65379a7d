/** `pipeline comment`: the sections of all stacks as one comment on the pull request, changed in place. */
import { readFileSync } from "node:fs";

import type { Command } from "commander";

import { Problem } from "../../../config/problem.ts";
import { OperatorError } from "../../stack.ts";
import { putComment, thisRun } from "../github.ts";
import { page, type Section } from "../markdown.ts";
import { withoutSecrets } from "../redaction.ts";

/** By which the comment is found again. */
export const marker = "<!-- socle: plan and verdict -->";
/** Of a comment on GitHub, in characters. */
export const limit = 65_536;

const title = [
  "## What this changes",
  "With the images that run there now; the release that follows the merge replaces the application's containers beside it.",
].join("\n\n");

export function addComment(program: Command): void {
  program
    .command("comment")
    .description("puts the sections on the pull request, in one comment that is changed in place")
    .argument("<section...>", "files that `preview` wrote")
    .action(async (files: string[]) => {
      const run = thisRun(process.env);
      const sections = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as Section);
      const body = withoutSecrets(page(title, sections, limit - marker.length - 1), process.env);
      if (run.token === "" && !run.foreign)
        throw new OperatorError(
          "GITHUB_TOKEN is not set, so no comment can be written.\n    → Hand it to this step: env: GITHUB_TOKEN: ${{ github.token }}",
        );
      try {
        if (run.token === "") throw new OperatorError("This run has no token.");
        console.log(`Plan and verdict: ${await putComment(run, marker, body)}`);
      } catch (error) {
        // Runs for forks and Dependabot may write nothing: what there is to say stands in the log.
        if (!run.foreign || !(error instanceof Problem)) throw error;
        console.log(
          `${body}\n\nThis pull request comes from a fork or from Dependabot, so this is not a comment but stays in the log. ${error.message}`,
        );
      }
    });
}
