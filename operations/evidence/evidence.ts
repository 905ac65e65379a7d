#!/usr/bin/env node
/**
 * Dated evidence of tests, scans and drills: records what tools report, lists it, and shows whether it is whole.
 *
 *   npm run -s evidence -- import junit report.xml --suite backend --image NAME@sha256:…
 *   npm run -s evidence -- list
 *
 * Exit status 0 when done, 1 when it could not be done or a ledger is broken, 2 when it was called wrongly.
 */
import { Command } from "commander";

import { runCommand } from "../command-line.ts";
import { addImport } from "./commands/import.ts";
import { addKey } from "./commands/key.ts";
import { addList } from "./commands/list.ts";
import { addVerify } from "./commands/verify.ts";

const program = new Command("evidence")
  .description("Dated evidence that policies judge by: docs/evidence.md. Tools write it; nobody types a result.")
  .exitOverride()
  .showHelpAfterError("(npm run evidence -- --help lists the commands)");
addImport(program);
addList(program);
addVerify(program);
addKey(program);

await runCommand(program);
