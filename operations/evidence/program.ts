/** `npm run evidence` with its commands. */
import { Command } from "commander";

import { addImport } from "./commands/import.ts";
import { addKey } from "./commands/key.ts";
import { addList } from "./commands/list.ts";
import { addVerify } from "./commands/verify.ts";

export function evidenceProgram(): Command {
  const program = new Command("evidence")
    .description("Dated evidence that policies judge by: docs/evidence.md. Tools write it; nobody types a result.")
    .exitOverride()
    .showHelpAfterError("(npm run evidence -- --help lists the commands)");
  addImport(program);
  addList(program);
  addVerify(program);
  addKey(program);
  return program;
}
