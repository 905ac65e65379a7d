/** `socle psql`: PostgreSQL's shell on the application's database. */
import type { Command } from "commander";

import { session } from "../session.ts";
import { Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

interface PsqlOptions extends StackOptions {
  readonly?: true;
  superuser?: true;
}

export function addPsql(program: Command): void {
  withStack(
    program
      .command("psql")
      .argument("[arguments...]", "further arguments of psql, after --")
      .option("--readonly", "transactions change nothing unless they say so themselves")
      .option("--superuser", "as PostgreSQL's superuser rather than the application's role")
      .description("PostgreSQL's shell on the application's database; no password is asked or shown")
      .addHelpText(
        "after",
        "\nExamples:\n  socle psql --readonly --stack production\n  socle psql -- --command 'SELECT count(*) FROM django_session'\n  socle psql <query.sql\n",
      ),
    { json: false },
  ).action(async (words: string[], { stack: name, readonly, superuser }: PsqlOptions) => {
    const stack = Stack.read(name);
    const { database, owner } = stack.outputs.operations.postgres;
    // Over the container's own socket, where PostgreSQL trusts; the application's role itself never logs in.
    const settings = [
      ...(superuser ? [] : [`-c role=${owner}`]),
      ...(readonly ? ["-c default_transaction_read_only=on"] : []),
    ];
    const command = ["env", `PGOPTIONS=${settings.join(" ")}`, "psql", "--username=postgres", `--dbname=${database}`];
    await session(stack, "postgres", [...command, ...words]);
  });
}
