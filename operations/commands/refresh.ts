/** `socle refresh`: fills a stack with another one's data, without a person in it. */
import { confirm } from "@inquirer/prompts";
import type { Command } from "commander";

import { configurationOf } from "../configuration.ts";
import type { Ruled } from "../refresh/judgement.ts";
import { Refresh } from "../refresh/refresh.ts";
import { readRules, type Rules } from "../refresh/rules-file.ts";
import { refuseUnattended } from "../roll-out.ts";
import { remainingSteps } from "../exchanged-data.ts";
import { OperatorError, Stack } from "../stack.ts";
import { table } from "../table.ts";

interface RefreshOptions {
  from?: string;
  backup?: string;
  plan?: true;
  yes?: true;
  json?: true;
}

export function addRefresh(program: Command): void {
  program
    .command("refresh")
    .argument("<stack>", "the stack whose database and media are replaced, never a production one")
    .option("--from <stack>", "the stack whose data it gets (default: data.refreshedFrom of its settings)")
    .option("--backup <id>", "a backup of that stack (default: the newest)")
    .option("--plan", "say what would be done, and do nothing")
    .option("-y, --yes", "do not ask")
    .option("--json", "print JSON, for machines")
    .description("anonymised data of another stack in the place of a stack's own, which is saved first")
    .addHelpText(
      "after",
      "\nExamples:\n  socle refresh staging --from production --plan\n  socle refresh staging --from production --backup 1a2b3c4d\n",
    )
    .action(refresh);
}

async function refresh(name: string, options: RefreshOptions): Promise<void> {
  const { from, backup, plan = false, yes = false, json = false } = options;
  if (!plan) refuseUnattended(yes);
  const { source, target, rules } = parties(name, from ?? configurationOf(name).settings.data.refreshedFrom);
  const refreshing = await Refresh.of(source, target, rules, backup);
  const ruled = await refreshing.plan();
  if (!json) console.log(described(source, target, refreshing, rules, ruled));
  const said = { from: source.name, backup: refreshing.backup.id, tables: numbers(ruled) };
  if (plan) {
    if (json) console.log(JSON.stringify(said));
    return;
  }
  if (!yes && !(await agreed(name))) throw new OperatorError("Nothing was changed.");
  const made = await refreshing.make(ruled);
  try {
    const saved = await refreshing.ship(made, ruled.length);
    if (json) console.log(JSON.stringify({ ...said, ...made, saved }));
    else console.log(`${name} has it. ${remainingSteps(name, saved)}`);
  } finally {
    await refreshing.discard();
  }
}

/** @throws OperatorError before a host is asked anything, where this must never be done */
function parties(name: string, from: string | undefined): { source: Stack; target: Stack; rules: Rules } {
  if (from === undefined)
    throw new OperatorError(
      `It is not said whose data ${name} gets.\n    → Add --from, or set data.refreshedFrom in its settings.`,
    );
  if (from === name) throw new OperatorError(`${name} has its own data already.\n    → socle restore`);
  const target = Stack.read(name);
  if (target.outputs.operations.tier === "production")
    throw new OperatorError(
      `${name} is a production stack, whose data is replaced by nothing but its own backups.\n    → socle restore --stack ${name}`,
    );
  const source = Stack.read(from);
  const file = configurationOf(from).settings.data.anonymise;
  if (file === undefined)
    throw new OperatorError(
      `Stack ${from} has no rules by which its data may leave it.\n    → Name a file of them under data.anonymise in Pulumi.${from}.yaml: docs/refresh.md.`,
    );
  return { source, target, rules: readRules(file) };
}

interface Numbers {
  kept: number;
  changed: number;
  truncated: boolean;
}

function numbers(ruled: readonly Ruled[]): Record<string, Numbers> {
  const tables: Record<string, Numbers> = {};
  for (const { column, rule } of ruled) {
    const found = (tables[column.named] ??= { kept: 0, changed: 0, truncated: false });
    if (rule === "truncate") found.truncated = true;
    else if (rule === "keep") found.kept += 1;
    else found.changed += 1;
  }
  return tables;
}

function described(
  source: Stack,
  target: Stack,
  { backup, manifest }: Refresh,
  rules: Rules,
  ruled: readonly Ruled[],
): string {
  const schemas = new Map(ruled.map(({ column: { named, schema, table } }) => [named, `${schema}.${table}`]));
  const rows = Object.entries(numbers(ruled)).map(([name, { kept, changed, truncated }]) => [
    `  ${name}`,
    String(manifest.tables[schemas.get(name) ?? ""] ?? "").padStart(10),
    truncated
      ? "emptied"
      : changed === 0
        ? "as it is"
        : `${String(changed)} of ${String(kept + changed)} columns masked`,
  ]);
  return [
    `Backup ${backup.id} of ${source.name}, made at ${manifest.when}, would take the place of database and media of ${target.name}, anonymised by ${rules.file}.`,
    "",
    table(["  TABLE", "      ROWS", "BECOMES"], rows),
    "",
    `Uploaded files: ${rules.media.length === 0 ? "all" : `all but ${rules.media.join(", ")}`} as placeholders.`,
    `Nobody's password works in ${target.name} afterwards. Its state as it is now is saved first, as a backup of its own.`,
  ].join("\n");
}

const agreed = (name: string): Promise<boolean> =>
  confirm({ message: `Replace database and media of ${name} by it?`, default: false });
