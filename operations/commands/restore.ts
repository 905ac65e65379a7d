/** `socle restore`: brings a backup back, after saying what it would cost. */
import { confirm } from "@inquirer/prompts";
import { type Command, InvalidArgumentError, Option } from "commander";

import { Repository } from "../backup/repository.ts";
import { losses } from "../backup/loss.ts";
import { rowsOf } from "../backup/rows.ts";
import { whileClosed } from "../closed-site.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

interface RestoreOptions extends StackOptions {
  at?: Date;
  only?: "database" | "media";
  yes?: true;
}

export function addRestore(program: Command): void {
  withStack(
    program
      .command("restore")
      .argument("[id]", "the backup; default: the newest")
      .addOption(new Option("--at <time>", "the newest backup that was made by then").argParser(time))
      .addOption(new Option("--only <part>", "restore one of the two alone").choices(["database", "media"]))
      .option("-y, --yes", "do not ask")
      .description("bring database and media back from a backup; the state before is saved first"),
  ).action(restore);
}

async function restore(id: string | undefined, { stack: name, at, only, yes, json }: RestoreOptions): Promise<void> {
  if (id !== undefined && at !== undefined)
    throw new OperatorError("Name a backup or a time, not both.\n    → socle restore ID, or socle restore --at TIME");
  const stack = Stack.read(name);
  const repository = new Repository(stack);
  const found = repository.find({ id, at });
  const manifest = repository.manifest(found.id);
  if (manifest.stack !== stack.outputs.operations.name)
    throw new OperatorError(
      `Backup ${found.id} is of ${manifest.stack}: data of one stack is never restored into another.\n    → To fill ${name} with anonymised data: socle refresh ${name} --from STACK (docs/refresh.md)`,
    );
  console.error(
    `Backup ${found.id}, made at ${manifest.when}, would take the place of ${only ?? "database and media"} of ${name}.`,
  );
  if (only !== "media") {
    const lost = losses(manifest.tables, rowsOf(stack));
    console.error(
      lost.length === 0
        ? "No table has rows that the backup has not."
        : "Lost would be, as far as numbers of rows tell:",
    );
    for (const { table, rows } of lost) console.error(`${String(rows).padStart(12)}  ${table}`);
  }
  console.error("The state as it is now is saved first, as a backup of its own.");
  if (!yes && !(await agreed())) throw new OperatorError("Nothing was changed.");
  const { database, owner } = stack.outputs.operations.postgres;
  const words = [stack.outputs.operations.name, database, owner, found.id, only ?? "all"];
  const saved = await whileClosed(stack, `socle restore ${found.id}`, () => stack.tell("restore.sh", words));
  if (json) console.log(JSON.stringify({ restored: found.id, saved: saved.trim() }));
}

function time(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError("Write it as 2027-01-31T14:30 or 2027-01-31T14:30Z.");
  return date;
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new OperatorError("There is no terminal to ask on; nothing was changed.\n    → Add --yes.");
  return confirm({ message: "Restore it?", default: false });
}
