/** `socle migrations`: what is pending, its SQL and its risks; and the way back. */
import { confirm } from "@inquirer/prompts";
import type { Command } from "commander";

import { migrationPattern } from "../../config/migration-name.ts";
import { shellWords } from "../../config/shell-word.ts";
import { approvalLine, describe, withoutSquawk } from "../../migration/report.ts";
import { OperatorError, Stack } from "../stack.ts";
import { listed } from "../listed-migrations.ts";
import { modelOf } from "../stack-model.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { addMigrationsEvidence } from "./migrations-evidence.ts";

interface ListOptions extends StackOptions {
  image?: string;
  sql?: true;
}

interface ReverseOptions extends StackOptions {
  image: string;
  yes?: true;
  backup: boolean;
}

export function addMigrations(program: Command): void {
  const command = program
    .command("migrations")
    .description("what is pending in the configured image, and the way back");
  withStack(command.command("list", { isDefault: true }).description("what is pending, with its risks"))
    .option("--image <reference>", "another image than the configured one")
    .option("--sql", "show the SQL too")
    .action(list);
  withStack(
    command
      .command("reverse")
      .description("take the schema back")
      .argument("<heads...>", "migrations to go back to, as APP.NAME; APP.zero for before the first"),
  )
    .option("--image <reference>", "image that has the migrations; default: the one that serves", "")
    .option("--yes", "do not ask")
    .option("--no-backup", "make no backup before")
    .action(reverse);
  addMigrationsEvidence(command);
}

async function list(options: ListOptions): Promise<void> {
  const stack = Stack.read(options.stack);
  const { project, model } = modelOf(options.stack);
  const image = options.image ?? model.images.application;
  const listing = await listed(model, { backend: stack.container("backend"), image });
  const { plan, migrations, unapproved } = listing;
  if (options.json) {
    console.log(
      JSON.stringify(
        { image, tool: plan.tool, heads: plan.heads, after: plan.after, pending: migrations, unapproved },
        undefined,
        2,
      ),
    );
    return;
  }
  if (migrations.length === 0) {
    console.log(`Nothing is pending in ${image}.`);
    return;
  }
  console.log(`${String(migrations.length)} pending in ${image} (${plan.tool}):\n`);
  for (const migration of migrations) {
    console.log(describe(migration).join("\n"));
    if (options.sql) console.log(`\n${migration.sql ?? `-- no SQL: ${migration.sqlError ?? "the plan has none"}`}\n`);
  }
  if (!listing.squawk) console.log(`\n${withoutSquawk}`);
  if (model.tier !== "production") return;
  console.log(
    unapproved.length === 0
      ? "\nApproved."
      : `\nNot approved. To approve:\n  ${approvalLine(project, options.stack, model.migrations.approved, unapproved)}`,
  );
}

async function reverse(heads: string[], options: ReverseOptions): Promise<void> {
  const wrong = heads.find((head) => !migrationPattern.test(head));
  if (wrong !== undefined)
    throw new OperatorError(
      `${wrong} is no migration.\n    → Write APP.NAME, such as shop.0006_order; APP.zero for before the first.`,
    );
  const stack = Stack.read(options.stack);
  const { model } = modelOf(options.stack);
  const { plan: planCommand, reverse: reverseCommand } = model.commands;
  if (!planCommand || !reverseCommand)
    throw new OperatorError(
      "The application has no commands `plan` and `reverse`.\n    → Set them in application.commands, see docs/migrations.md.",
    );
  const backend = stack.container("backend");
  const { migrations } = await listed(model, { backend, image: options.image, targets: heads });
  if (migrations.length === 0) {
    console.log("The schema is there already.");
    return;
  }
  console.log("To be reversed, in this order:\n");
  for (const migration of migrations) console.log(describe(migration).join("\n"));
  const oneWay = migrations.filter((migration) => migration.oneWay);
  if (oneWay.length > 0)
    throw new OperatorError(
      `There is no way back over ${names(oneWay)}: ${oneWay.flatMap(({ irreversible }) => irreversible).join("; ")}. Nothing was changed.\n    → Keep the schema and bring the former image back where it can work with it; or restore the backup from before, which loses everything that was written since it was made (docs/migrations.md).`,
    );
  const lossy = migrations.filter(({ reversible }) => !reversible);
  if (lossy.length > 0)
    console.log(
      `\nThe reverse of ${names(lossy)} does not bring everything back, as said above; only a restore of a backup does, and loses what was written since.`,
    );
  console.log("\nThe release that serves was made for the schema as it is now.");
  if (!options.yes) {
    if (!process.stdin.isTTY)
      throw new OperatorError("Nothing was changed: nobody can be asked here.\n    → Add --yes.");
    if (
      !(await confirm({ message: `Reverse ${String(migrations.length)} in stack ${options.stack}?`, default: false }))
    )
      return;
  }
  const maker = options.backup ? (stack.outputs.services["backup"]?.container ?? "") : "";
  const status = await stack.run("migration/reverse.sh", {
    stack: model.name,
    database: model.postgres.database,
    backend,
    image: options.image,
    backup: maker,
    lock: model.migrations.lockTimeout,
    plan: shellWords(planCommand),
    reverse: shellWords(reverseCommand),
    targets: heads.join(" "),
  });
  if (status !== 0) process.exitCode = 1;
}

const names = (migrations: readonly { id: string }[]): string => migrations.map(({ id }) => id).join(", ");
