/** How a command ends: its exit status, and what it says where it could not do what it should. */
import { type Command, CommanderError } from "commander";

import { Problem } from "../config/problem.ts";
import { HostError } from "../connection/host.ts";

/**
 * Runs the command that the words name. Exit status 0 when done, 1 when it could not be done, 2 when it was
 * called wrongly. Why stands on standard error; with `--json` on standard output too: `{"error":{"code","message"}}`.
 */
export async function runCommand(program: Command, words: readonly string[] = process.argv.slice(2)): Promise<void> {
  const called: { json?: boolean } = {};
  program.hook("preAction", (_, command) => {
    Object.assign(called, command.opts());
  });
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const reason = error instanceof HostError ? await error.explained() : error;
    console.error(reason instanceof Problem ? reason.message : reason);
    if (called.json) console.log(JSON.stringify({ error: described(reason) }, undefined, 2));
    process.exitCode = 1;
  }
}

function described(reason: unknown): { code: string; message: string } {
  if (reason instanceof Problem) return { code: reason.code, message: reason.message };
  return { code: "unexpected", message: reason instanceof Error ? reason.message : String(reason) };
}
