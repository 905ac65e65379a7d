#!/usr/bin/env node
/**
 * What the workflows in .github/ run: each step of theirs is one of these commands.
 *
 *   npm run -s pipeline -- COMMAND
 *
 * Exit status 0 when done, 1 when it was refused or failed, 2 when it was called wrongly.
 */
import { runCommand } from "../command-line.ts";
import { pipelineProgram } from "./program.ts";

await runCommand(pipelineProgram());
