#!/usr/bin/env node
/**
 * What the workflows in .github/ run: each step of theirs is one of these commands.
 *
 *   npm run -s pipeline -- COMMAND
 *
 * Exit status 0 when done, 1 when it was refused or failed, 2 when it was called wrongly.
 */
import { Command } from "commander";

import { runCommand } from "../command-line.ts";
import { addBuild } from "./commands/build.ts";
import { addCheck } from "./commands/check.ts";
import { addComment } from "./commands/comment.ts";
import { addDeploy } from "./commands/deploy.ts";
import { addEvidence } from "./commands/evidence.ts";
import { addPreview } from "./commands/preview.ts";
import { addPromote } from "./commands/promote.ts";
import { addScan } from "./commands/scan.ts";
import { addTest } from "./commands/test.ts";

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

await runCommand(program);
