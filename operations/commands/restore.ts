/** `socle restore`: brings a backup back, after saying what it would cost. */
import { confirm } from "@inquirer/prompts";
import { type Command, InvalidArgumentError, Option } from "commander";

import { Repository } from "../backup/repository.ts";
import { beginMaintenance, endMaintenance, maintenanceOf } from "../../deployment/maintenance.ts";
import { withLock } from "../../deployment/lock.ts";
import { losses } from "../backup/loss.ts";
import { placeOf } from "./lock.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

/** Seconds after which maintenance ends by itself, where this process did not live to end it. */
const longest = 4 * 3600;

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
      `Backup ${found.id} is of ${manifest.stack}: data of one stack is never restored into another.\n    → To fill a staging stack, see docs/backups.md.`,
    );
  console.error(
    `Backup ${found.id}, made at ${manifest.when}, would take the place of ${only ?? "database and media"} of ${name}.`,
  );
  if (only !== "media") {
    const lost = losses(manifest.tables, counts(stack));
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
  const place = placeOf(stack);
  const reason = `socle restore ${found.id}`;
  const saved = await withLock({ ...place, stack: name, reason }, async () => {
    // One that somebody switched on is theirs to end.
    const open = (await maintenanceOf(place)) === undefined;
    if (open) await beginMaintenance(place, { reason, lasting: longest });
    try {
      return await stack.tell("restore.sh", words);
    } finally {
      if (open) await endMaintenance(place);
    }
  });
  if (json) console.log(JSON.stringify({ restored: found.id, saved: saved.trim() }));
}

/** Rows of every table as they are now. */
function counts(stack: Stack): Record<string, number> {
  const words = [stack.container("backup"), "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"];
  const text = stack.ask("exec.sh", [...words, "--field-separator=\t", "--file=/tools/counts.sql"]);
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => line.split("\t")).map(([table = "", rows]) => [table, Number(rows)]));
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
