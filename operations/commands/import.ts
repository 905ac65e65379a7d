/** `socle import`: what a site brings along from where it ran before. */
import { confirm } from "@inquirer/prompts";
import type { Command } from "commander";

import { configurationOf } from "../configuration.ts";
import { agreed, DatabaseImport, describeDump } from "../import/database-import.ts";
import { databaseSource } from "../import/database-source.ts";
import { describeFiles, MediaImport } from "../import/media-import.ts";
import { mediaSource } from "../import/media-source.ts";
import { planVariables } from "../import/variable-plan.ts";
import { type Intake, StackVariables } from "../import/stack-variables.ts";
import { readVariablesFile } from "../import/variables-file.ts";
import { refuseUnattended } from "../roll-out.ts";
import { remainingSteps } from "../exchanged-data.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { coloured, table } from "../table.ts";

interface EnvironmentOptions extends StackOptions {
  service?: string;
  overwrite?: true;
  plan?: true;
  yes?: true;
}

export function addImport(program: Command): void {
  const command = program.command("import").description("move in from Railway, Heroku, compose or a server by hand");
  withStack(
    command
      .command("env")
      .argument("<file>", "dotenv, compose (.yaml), or what `heroku config` and `railway variables --json` print")
      .option("--service <name>", "the application's service in a compose file")
      .option("--overwrite", "also take what the stack has with another value")
      .option("--plan", "say what would be done, and do nothing")
      .option("-y, --yes", "do not ask")
      .description("variables: plain ones and settings into the stack file, secret ones into Pulumi's secrets")
      .addHelpText(
        "after",
        "\nExamples:\n  socle import env .env --stack staging --plan\n  heroku config --json >heroku.json && socle import env heroku.json\n  socle import env compose.yaml --service web\n",
      ),
  ).action(importEnvironment);
  withStack(
    command
      .command("database")
      .argument("<source>", "a dump (custom, tar or plain, also with gzip), or postgres://user:password@host/database")
      .option("--plan", "say what would be done, and do nothing")
      .option("-y, --yes", "do not ask")
      .description("a database of PostgreSQL 12 to 16 in the place of the stack's own, which is saved first")
      .addHelpText(
        "after",
        "\nThe password of a URL may also come from PGPASSWORD. The host asks the server, not this machine.\n\nExamples:\n  socle import database latest.dump --stack staging --plan\n  PGPASSWORD=… socle import database postgres://site@db.example.org/site\n",
      ),
  ).action(importDatabase);
  withStack(
    command
      .command("media")
      .argument("<source>", "a folder, or an archive: .tar, .tar.gz; their paths begin below the media")
      .option("--overwrite", "also take what is there with another content; the state before is saved first")
      .option("--plan", "say what would be done, and do nothing")
      .option("-y, --yes", "do not ask")
      .description("uploaded files, among those that are there"),
  ).action(importMedia);
}

async function importEnvironment(file: string, options: EnvironmentOptions): Promise<void> {
  const { stack: name, service, overwrite = false, plan = false, yes = false, json = false } = options;
  if (!plan) refuseUnattended(yes);
  const { form, variables } = readVariablesFile(file, service);
  const stack = new StackVariables(name);
  const intake = stack.compare(planVariables(variables));
  const taken = intake.filter(({ state }) => state === "new" || (state === "differs" && overwrite));
  const report = { file, form, stack: name, variables: intake.map(withoutValue), taken: plan ? 0 : taken.length };
  if (!json) print(file, form, intake, overwrite);
  if (!plan && taken.length > 0) {
    if (!yes && !(await confirm({ message: `Take ${String(taken.length)} into stack ${name}?`, default: false })))
      throw new OperatorError("Nothing was changed.");
    stack.take(taken, (variable) => {
      if (!json && process.stderr.isTTY) console.error(`  secrets:${variable}`);
    });
  }
  if (json) console.log(JSON.stringify(report));
  else if (!plan) next(name, taken.length);
}

const withoutValue = ({ variable, becomes, path, why, state }: Intake) => ({
  variable,
  becomes,
  place: path?.join("."),
  why,
  state,
});

const heads: Readonly<Record<Intake["becomes"], string>> = {
  secret: "Secret, encrypted in the stack file",
  plain: "Handed to the application as they are",
  setting: "Settings of Socle's that say the same",
  left: "Not needed",
  review: "To be looked at",
};

const states: Readonly<Record<NonNullable<Intake["state"]>, string>> = {
  new: "",
  same: "the stack has it already",
  differs: "the stack has another value",
};

/** No value is shown: a secret may hide under any name. */
function print(file: string, form: string, intake: readonly Intake[], overwrite: boolean): void {
  console.log(`${file} (${form}): ${String(new Set(intake.map(({ variable }) => variable)).size)} variables`);
  for (const [becomes, head] of Object.entries(heads)) {
    const steps = intake.filter((step) => step.becomes === becomes);
    if (steps.length === 0) continue;
    const rows = steps.map(({ variable, why, state }) => {
      const kept = state === "differs" ? (overwrite ? ", which is replaced" : ", which stays (--overwrite)") : "";
      return [`  ${variable}`, why, coloured("yellow", `${state ? states[state] : ""}${kept}`)];
    });
    console.log(
      `\n${coloured(becomes === "review" ? "red" : "bold", head)}\n${table(["", "", ""], rows).split("\n").slice(1).join("\n")}`,
    );
  }
  console.log();
}

/** What the settings still lack, since a stack that moves in is seldom complete. */
function next(name: string, taken: number): void {
  console.log(taken === 0 ? "There was nothing to take; nothing was changed." : `Taken: ${String(taken)}.`);
  try {
    configurationOf(name);
    console.log(`→ See what it changes: npm run -s pulumi -- preview -s ${name}`);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    console.log(`\nBefore a preview:\n${said.replace("; nothing was changed", "")}`);
  }
}

interface DatabaseOptions extends StackOptions {
  plan?: true;
  yes?: true;
}

async function importDatabase(source: string, options: DatabaseOptions): Promise<void> {
  const { stack: name, plan = false, yes = false, json = false } = options;
  if (!plan) refuseUnattended(yes);
  const from = databaseSource(source);
  const importing = new DatabaseImport(Stack.read(name));
  const dump = await importing.stage(from);
  try {
    if (dump.missing.length > 0)
      throw new OperatorError(
        `The dump needs extensions that the stack's PostgreSQL has not: ${dump.missing.join(", ")}; nothing was changed.\n    → Name an image that has them: postgres.image`,
      );
    if (!json) console.log(describeDump(from.name, dump, await importing.present()));
    const go = !plan && (yes || (await agreed()));
    if (!plan && !go) throw new OperatorError("Nothing was changed.");
    const saved = go ? await importing.apply(`socle import database ${from.name}`) : undefined;
    if (json) console.log(JSON.stringify({ source: from.name, ...dump, saved }));
    else if (saved !== undefined) console.log(`Imported. ${remainingSteps(name, saved)}`);
  } finally {
    await importing.discard();
  }
}

interface MediaOptions extends DatabaseOptions {
  overwrite?: true;
}

async function importMedia(source: string, options: MediaOptions): Promise<void> {
  const { stack: name, overwrite = false, plan = false, yes = false, json = false } = options;
  if (!plan) refuseUnattended(yes);
  const importing = new MediaImport(Stack.read(name));
  const found = await importing.stage(mediaSource(source));
  try {
    if (!json) console.log(describeFiles(source, found, overwrite));
    const count = found.new + (overwrite ? found.differs : 0);
    const message = `Take ${String(count)} files into stack ${name}?`;
    const go = !plan && count > 0 && (yes || (await confirm({ message, default: false })));
    if (!plan && count > 0 && !go) throw new OperatorError("Nothing was changed.");
    const saved = go ? await importing.apply(overwrite && found.differs > 0, `socle import media ${source}`) : "";
    if (json) console.log(JSON.stringify({ source, ...found, taken: go ? count : 0, ...(saved && { saved }) }));
    else if (!plan) console.log(go ? `Taken: ${String(count)}.` : "There was nothing to take; nothing was changed.");
  } finally {
    await importing.discard();
  }
}
