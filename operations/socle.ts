#!/usr/bin/env node
/**
 * The operator's command.
 *
 *   npm run -s socle -- COMMAND [--stack NAME]
 *
 * Exit status 0 when done, 1 when it could not be done, 2 when it was called wrongly.
 */
import { Command, CommanderError } from "commander";

import { addBackup } from "./commands/backup.ts";
import { addDrill } from "./commands/drill.ts";
import { addRestore } from "./commands/restore.ts";
import { addStatus } from "./commands/status.ts";
import { OperatorError } from "./stack.ts";

const program = new Command("socle")
  .description("Runs a site that Socle brought up: what an operator does between two releases.")
  .exitOverride()
  .showHelpAfterError("(socle --help lists the commands)");
// Each command is a file of commands/, in the order of the help.
addStatus(program);
addBackup(program);
addDrill(program);
addRestore(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(error instanceof OperatorError ? error.message : error);
    process.exitCode = 1;
  }
}
