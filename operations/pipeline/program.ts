/** `npm run pipeline` with its commands. */
import { Command } from "commander";

import { addBuild } from "./commands/build.ts";
import { addCheck } from "./commands/check.ts";
import { addComment } from "./commands/comment.ts";
import { addDeploy } from "./commands/deploy.ts";
import { addEvidence } from "./commands/evidence.ts";
import { addPreview } from "./commands/preview.ts";
import { addPromote } from "./commands/promote.ts";
import { addScan } from "./commands/scan.ts";
import { addTest } from "./commands/test.ts";

export function pipelineProgram(): Command {
  const program = new Command("pipeline")
    .description("Steps of the workflows in .github/workflows, for GitHub Actions and for trying them out.")
    .exitOverride()
    .showHelpAfterError("(pipeline --help lists the commands)");
  addCheck(program);
  addPreview(program);
  addComment(program);
  addScan(program);
  addBuild(program);
  addTest(program);
  addEvidence(program);
  addPromote(program);
  addDeploy(program);
  return program;
}
