#!/usr/bin/env node
/**
 * Dated evidence of tests, scans and drills: records what tools report, lists it, and shows whether it is whole.
 *
 *   npm run -s evidence -- import junit report.xml --suite backend --image NAME@sha256:…
 *   npm run -s evidence -- list
 *
 * Exit status 0 when done, 1 when it could not be done or a ledger is broken, 2 when it was called wrongly.
 */
import { runCommand } from "../command-line.ts";
import { evidenceProgram } from "./program.ts";

await runCommand(evidenceProgram());
