/** `socle restore`: brings a backup back, after saying what it would cost. */
import { confirm } from "@inquirer/prompts";
import { type Command, InvalidArgumentError, Option } from "commander";

import { described } from "../backup/archive.ts";
import { losses } from "../backup/loss.ts";
import { type Manifest, Repository } from "../backup/repository.ts";
import { rowsOf } from "../backup/rows.ts";
import { whileClosed } from "../closed-site.ts";
import { remainingSteps } from "../exchanged-data.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { inContainer } from "./backup.ts";

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
      .addOption(
        new Option(
          "--at <time>",
          "that moment, where postgres.pitr is on; else the newest backup that was made by then",
        ).argParser(time),
      )
      .addOption(new Option("--only <part>", "restore one of the two alone").choices(["database", "media"]))
      .option("-y, --yes", "do not ask")
      .description("bring database and media back from a backup; the state before is saved first"),
  ).action(restore);
}

async function restore(id: string | undefined, { stack: name, at, only, yes, json }: RestoreOptions): Promise<void> {
  if (id !== undefined && at !== undefined)
    throw new OperatorError("Name a backup or a time, not both.\n    → socle restore ID, or socle restore --at TIME");
  const stack = Stack.read(name);
  const plan =
    (at !== undefined && only !== "media" ? await recover(stack, at) : undefined) ??
    (await backup(stack, { id, at }, only ?? "all"));
  try {
    await tell(plan, stack);
    if (!yes && !(await agreed())) throw new OperatorError("Nothing was changed.");
    const { name: prefix, postgres } = stack.outputs.operations;
    const { database, owner } = postgres;
    const given = { stack: prefix, database, owner, snapshot: plan.source, parts: plan.parts };
    const saved = await whileClosed(stack, `socle restore ${plan.called}`, () =>
      stack.host.ask("restore.sh", given, { aloud: true }),
    );
    if (json) console.log(JSON.stringify({ restored: plan.called, saved: saved.trim() }));
    else if (plan.parts !== "media") console.log(`Restored. ${remainingSteps(stack.name, saved.trim())}`);
  } finally {
    await plan.tidy?.();
  }
}

async function tell(plan: Plan, stack: Stack): Promise<void> {
  console.error(`${plan.what} would take the place of ${parts[plan.parts]} of ${stack.name}.`);
  for (const line of plan.also) console.error(line);
  if (plan.parts !== "media") {
    const lost = losses(plan.tables, await rowsOf(stack));
    console.error(
      lost.length === 0
        ? `No table has rows that ${plan.then} has not.`
        : "Lost would be, as far as numbers of rows tell:",
    );
    for (const { table, rows } of lost) console.error(`${String(rows).padStart(12)}  ${table}`);
  }
  console.error("The state as it is now is saved first, as a backup of its own.");
}

/** What a restore would do. */
interface Plan {
  what: string;
  /** The state that it brings back, in words. */
  then: string;
  /** As the operator calls it. */
  called: string;
  parts: keyof typeof parts;
  /** What else there is to know. */
  also: string[];
  /** Rows of every table then. */
  tables: Record<string, number>;
  /** As host/restore.sh takes it. */
  source: string;
  /** Removes what was made for it. */
  tidy?: () => Promise<void>;
}

const parts = { all: "database and media", database: "the database", media: "the media" };

async function backup(
  stack: Stack,
  wanted: { id: string | undefined; at: Date | undefined },
  chosen: Plan["parts"],
): Promise<Plan> {
  const repository = new Repository(stack);
  const found = await repository.find(wanted);
  const manifest = await repository.manifest(found.id);
  if (manifest.stack !== stack.outputs.operations.name)
    throw new OperatorError(
      `Backup ${found.id} is of ${manifest.stack}: data of one stack is never restored into another.\n    → To fill ${stack.name} with anonymised data: socle refresh ${stack.name} --from STACK (docs/refresh.md)`,
    );
  return {
    what: `Backup ${found.id}, made at ${manifest.when},`,
    then: "the backup",
    called: found.id,
    parts: chosen,
    also: [],
    tables: manifest.tables,
    source: found.id,
  };
}

/** The database at a moment, recovered beside the one that serves; nothing where no changes are archived. */
async function recover(stack: Stack, moment: Date): Promise<Plan | undefined> {
  let repository = new Repository(stack);
  const last = (await repository.archive()).periods.at(-1)?.until;
  if (stack.outputs.services["archive"] && (last === undefined || moment > last)) {
    // What is not stored yet may be what is wanted.
    await inContainer(stack, ["sh", "/tools/store.sh"], "archive").catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
    });
    repository = new Repository(stack);
  }
  const archive = await repository.archive();
  const { periods } = archive;
  if (periods.length === 0) return undefined;
  const recovery = archive.recovery(moment);
  if (!recovery)
    throw new OperatorError(
      `The database cannot be brought back to ${moment.toISOString()}; nothing was changed. It can to any moment of:\n${periods.map((period) => `      ${described(period)}`).join("\n")}\n    → Choose one of these, or a backup: socle backup list, socle restore ID${stack.outputs.services["offsite"] ? "\n    → Bring what is off-site alone here first: socle backup fetch --all" : ""}`,
    );
  const { name, postgres } = stack.outputs.operations;
  const at = moment.toISOString();
  const words = [name, postgres.database, recovery.base, recovery.changes, recovery.segment, at];
  const manifest = JSON.parse(await stack.host.ask("recover.sh", words, { aloud: true })) as Manifest;
  const near = (await repository.list()).filter(({ when }) => Date.parse(when) <= moment.getTime()).at(-1);
  return {
    what: `The database as it was at ${at}`,
    then: "it",
    called: at,
    parts: "database",
    also: [
      `The media stay as they are.${near ? ` Those of the nearest backup before, made at ${near.when.slice(0, 19)}Z: socle restore ${near.id} --only media` : ""}`,
    ],
    tables: manifest.tables,
    source: `moment:${at}`,
    tidy: async () => {
      const mine = '[ "$(cat /backups/recovered/moment 2>/dev/null)" != "$0" ] || rm -rf /backups/recovered';
      await stack.host.ask("exec.sh", [stack.container("backup"), "sh", "-c", mine, at]);
    },
  };
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
