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
    ({ stack, json }: StackOptions) => {
      const repository = new Repository(Stack.read(stack));
      const all = repository.everywhere();
      const { periods } = repository.archive;
      if (json) console.log(JSON.stringify(all, undefined, 2));
      else if (all.length === 0) console.log("There is no backup yet. Make one: socle backup now");
      else
        for (const { id, when, family, bytes, ...places } of all) {
          const line = `${id}  ${when.slice(0, 16).replace("T", " ")}  ${family.padEnd(9)}  ${megabytes(bytes)}`;
          console.log(repository.hasOffsite ? `${line.padEnd(52)}  ${whereabouts(places)}` : line);
        }
      if (!json && periods.length > 0)
        console.log(`\nThe database also as it was at any moment of: ${periods.map(described).join("; ")}`);
    },
  );

  withStack(backup.command("show").argument("[id]", "default: the newest").description("what a backup holds")).action(
    (id: string | undefined, { stack, json }: StackOptions) => {
      const repository = new Repository(Stack.read(stack));
      const found = repository.find({ id });
      const manifest = repository.manifest(found.id);
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
      .option("--key <file>", "the key that the off-site backups were made with, where the stack has another by now")
      .description("bring backups from the off-site repository to the host, to restore them there"),
  ).action(async (id: string | undefined, { stack: name, all, key }: StackOptions & { all?: true; key?: string }) => {
    if (id !== undefined && all)
      throw new OperatorError(
        "Name a backup or --all, not both.\n    → socle backup fetch ID, or socle backup fetch --all",
      );
    const secret = key === undefined ? "" : readKey(key);
    const stack = Stack.read(name);
    withOffsite(stack);
    await stack.tell("fetch.sh", [stack.outputs.operations.name, ...(all ? [] : [id ?? "latest"])], secret);
    console.error("See what there is now: socle backup list; bring it back: socle restore");
  });

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
    const found = new Repository(stack).find({ id });
    const words = [stack.container("backup"), "/tools/restic", "--quiet", "dump", "--archive", "tar", found.id, "/"];
    await stack.save("exec.sh", words, file);
    console.error(`Backup ${found.id} is in ${file}. It is not encrypted: keep it where only you can read it.`);
  });

  withStack(
    backup
      .command("key")
      .description("print the repository's key, to be kept off the host: without it no backup opens"),
  ).action(({ stack }: StackOptions) => {
    const key = capture(["stack", "output", "backupKey", "--show-secrets", "--stack", stack]).trim();
    console.log(key);
  });
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
