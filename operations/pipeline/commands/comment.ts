/** `pipeline comment`: the sections of all stacks as one comment on the pull request, changed in place. */
import { readFileSync } from "node:fs";

import type { Command } from "commander";

import { Problem, problems, type Wordings } from "../../../config/problem.ts";
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

export const wordings = {
  "pipeline.no-token": () => [
    "GITHUB_TOKEN is not set, so no comment can be written.",
    "Hand it to this step: env: GITHUB_TOKEN: ${{ github.token }}",
  ],
  /** Of a fork: it is expected. */
  "pipeline.run-without-token": () => ["This run has no token."],
} satisfies Wordings;

const problem = problems(wordings);

export function addComment(program: Command): void {
  program
    .command("comment")
    .description("puts the sections on the pull request, in one comment that is changed in place")
    .argument("<section...>", "files that `preview` wrote")
    .action(async (files: string[]) => {
      const run = thisRun(process.env);
      const sections = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as Section);
      const body = withoutSecrets(page(title, sections, limit - marker.length - 1), process.env);
      if (run.token === "" && !run.foreign) throw problem("pipeline.no-token");
      try {
        if (run.token === "") throw problem("pipeline.run-without-token");
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
