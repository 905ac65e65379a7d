/** `socle backup`: makes, lists, checks and takes out backups. */
import { readFileSync } from "node:fs";

import type { Command } from "commander";

import { capture } from "../../toolchain/pulumi.ts";
import { recordBackups } from "../backup/evidence.ts";
import { described } from "../backup/archive.ts";
import { Repository, type Whereabouts } from "../backup/repository.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

export function addBackup(program: Command): void {
  const backup = program.command("backup").description("backups of database and media");

  withStack(backup.command("now").description("make one now; it counts when it was read back whole")).action(
    async ({ stack: name }: StackOptions) => {
      const stack = Stack.read(name);
      await inContainer(stack, ["sh", "/tools/run.sh", "manual"]);
      await recordBackups(stack);
    },
  );

  withStack(backup.command("list").description("the backups there are, oldest first")).action(
    async ({ stack, json }: StackOptions) => {
      const repository = new Repository(Stack.read(stack));
      const all = await repository.everywhere();
      const previous = await repository.previous();
      const { periods } = await repository.archive();
      if (json) console.log(JSON.stringify({ backups: all, previous }, undefined, 2));
      else if (all.length === 0) console.log("There is no backup yet. Make one: socle backup now");
      else
        for (const { id, when, family, bytes, ...places } of all) {
          const line = `${id}  ${when.slice(0, 16).replace("T", " ")}  ${family.padEnd(9)}  ${megabytes(bytes)}`;
          console.log(repository.hasOffsite ? `${line.padEnd(52)}  ${whereabouts(places)}` : line);
        }
      if (!json && periods.length > 0)
        console.log(`\nThe database also as it was at any moment of: ${periods.map(described).join("; ")}`);
      if (!json)
        for (const { repository: name, command } of previous)
          console.log(
            `\n${name} has backups from before, made with a key that is not here. To bring them here: ${command}`,
          );
    },
  );

  withStack(backup.command("show").argument("[id]", "default: the newest").description("what a backup holds")).action(
    async (id: string | undefined, { stack, json }: StackOptions) => {
      const repository = new Repository(Stack.read(stack));
      const found = await repository.find({ id });
      const manifest = await repository.manifest(found.id);
      if (json) {
        console.log(JSON.stringify({ ...found, ...manifest }, undefined, 2));
        return;
      }
      console.log(`${found.id}, ${found.family}, made at ${manifest.when} of ${manifest.stack}`);
      console.log(`PostgreSQL ${manifest.postgres}, dump of ${megabytes(manifest.dump.bytes)}\n`);
      for (const [table, rows] of Object.entries(manifest.tables))
        console.log(`${String(rows).padStart(12)}  ${table}`);
    },
  );

  withStack(
    backup
      .command("verify")
      .option("--all", "read everything that is stored, not only today's thirtieth")
      .option("--offsite", "the off-site repository; what is read is downloaded")
      .description("check the repository: its structure, and what it stores"),
  ).action(async ({ stack: name, all, offsite }: StackOptions & { all?: true; offsite?: true }) => {
    const stack = Stack.read(name);
    if (offsite) withOffsite(stack);
    await inContainer(stack, ["sh", "/tools/verify.sh", ...(all ? ["1/1"] : [])], offsite ? "offsite" : "backup");
  });

  withStack(
    backup.command("copy").description("copy to the off-site repository what is not there yet, as happens by itself"),
  ).action(async ({ stack: name }: StackOptions) => {
    const stack = Stack.read(name);
    withOffsite(stack);
    await inContainer(stack, ["sh", "/tools/copy.sh"], "offsite");
  });

  withStack(
    backup
      .command("fetch")
      .argument("[id]", "default: the newest")
      .option("--all", "all there are")
      .option("--key <file>", "the key that the backups were made with, where it is not on the host")
      .option(
        "--from <repository>",
        "one that `socle backup list` names, rather than the off-site one; all that it holds",
      )
      .description("bring backups from another repository into the one on the host, to restore them there"),
  ).action(
    async (
      id: string | undefined,
      { stack: name, all, key, from }: StackOptions & { all?: true; key?: string; from?: string },
    ) => {
      if (id !== undefined && all)
        throw new OperatorError(
          "Name a backup or --all, not both.\n    → socle backup fetch ID, or socle backup fetch --all",
        );
      const secret = key === undefined ? "" : readKey(key);
      const stack = Stack.read(name);
      if (from !== undefined) await fetchPrevious(stack, from, id, secret);
      else {
        withOffsite(stack);
        await stack.host.ask("fetch.sh", [stack.outputs.operations.name, ...(all ? [] : [id ?? "latest"])], {
          input: secret,
          aloud: true,
        });
      }
      console.error("See what there is now: socle backup list; bring it back: socle restore");
    },
  );

  withStack(
    backup.command("evidence").description("record the newest backup and drill as evidence, those of the schedule too"),
  ).action(async ({ stack, json }: StackOptions) => {
    const written = await recordBackups(Stack.read(stack));
    if (json) console.log(JSON.stringify(written, undefined, 2));
    else if (written.length === 0) console.log("Nothing new: the newest backup and drill are recorded already.");
    else for (const { policy, when, result } of written) console.log(`${policy}  ${when}  ${result}`);
  });

  withStack(
    backup
      .command("export")
      .argument("<file>", "tar archive to write")
      .argument("[id]", "default: the newest")
      .description("take a backup out of the repository: dump, roles, manifest and media, not encrypted"),
  ).action(async (file: string, id: string | undefined, { stack: name }: StackOptions) => {
    const stack = Stack.read(name);
    const found = await new Repository(stack).find({ id });
    const words = [stack.container("backup"), "/tools/restic", "--quiet", "dump", "--archive", "tar", found.id, "/"];
    await stack.host.save("exec.sh", words, file);
    console.error(`Backup ${found.id} is in ${file}. It is not encrypted: keep it where only you can read it.`);
  });

  withStack(
    backup
      .command("key")
      .option("--until <time>", "one that the stack had before, as far as it is on the host")
      .description("print the repository's key, to be kept off the host: without it no backup opens"),
  ).action(async ({ stack, until }: StackOptions & { until?: string }) => {
    if (until !== undefined) {
      console.log(await previousKey(Stack.read(stack), until));
      return;
    }
    console.log(capture(["stack", "output", "backupKey", "--show-secrets", "--stack", stack]).trim());
    await tellPreviousKeys(stack);
  });
}

/** From a repository that was left beside, by the backup container itself: it has no need of the way out. */
async function fetchPrevious(stack: Stack, from: string, id: string | undefined, secret: string): Promise<void> {
  const names = (await new Repository(stack).previous()).map(({ repository }) => repository);
  if (!names.includes(from))
    throw new OperatorError(
      `Stack ${stack.name} has no repository ${from} beside the one in use.\n    → ${names.length > 0 ? `Name one of: ${names.join(", ")}.` : "There is none: see socle backup list."}`,
    );
  const variables = ["env", `RESTIC_REPOSITORY=/backups/${from}`];
  const words = ["sh", "/tools/fetch.sh", "given", "/backups/repository", ...(id === undefined ? [] : [id])];
  await stack.host.ask("exec.sh", [stack.container("backup"), ...variables, ...words], { input: secret, aloud: true });
}

async function previousKey(stack: Stack, until: string): Promise<string> {
  const repository = new Repository(stack);
  const times = await repository.previousKeys();
  if (times.includes(until)) return repository.previousKey(until);
  throw new OperatorError(
    `The host has no key of stack ${stack.name} until ${until}.\n    → ${times.length > 0 ? `Name one of: ${times.join(", ")}.` : "There is none but the present one: socle backup key."}`,
  );
}

/** The key itself is printed by then: it is wanted most where the host cannot be asked any more. */
async function tellPreviousKeys(name: string): Promise<void> {
  try {
    for (const until of await new Repository(Stack.read(name)).previousKeys())
      console.error(
        `The stack had another key until ${until}; the repository in use opens with the present one. To print that one: socle backup key --until ${until}`,
      );
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    console.error(`Whether the host has keys from before could not be asked: ${reason}`);
  }
}

/** Runs a command in the backup container, or in the off-site one, its words shown as they come. */
export async function inContainer(stack: Stack, command: string[], service = "backup"): Promise<void> {
  const code = await stack.run("exec.sh", [stack.container(service), ...command]);
  const program = command.find((word) => word.endsWith(".sh"))?.replace("/tools/", "") ?? "";
  if (code !== 0) throw new OperatorError(`${program} ended with exit code ${code}; the reason stands above.`);
}

export const noOffsite = ({ name }: Stack): string =>
  `Stack ${name} has no off-site repository.\n    → Name one under backup.offsite and run \`up\`: docs/backups.md.`;

function withOffsite(stack: Stack): void {
  if (!new Repository(stack).hasOffsite) throw new OperatorError(noOffsite(stack));
}

function readKey(file: string): string {
  try {
    const key = readFileSync(file, "utf8").trim();
    if (key !== "") return key;
  } catch (error) {
    throw new OperatorError(
      `--key: ${file} could not be read: ${error instanceof Error ? error.message : String(error)}\n    → Name the file that holds what \`socle backup key\` printed.`,
    );
  }
  throw new OperatorError(
    `--key: ${file} is empty.\n    → Name the file that holds what \`socle backup key\` printed.`,
  );
}

const whereabouts = ({ local, offsite }: Whereabouts): string =>
  [...(local ? ["here"] : []), ...(offsite ? ["off-site"] : [])].join(", ");

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;
