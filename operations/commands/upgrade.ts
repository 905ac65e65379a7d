/** `socle upgrade`: PostgreSQL's data to a new major version. */
import { type Command, InvalidArgumentError } from "commander";

import type { Settings } from "../../config/schema.ts";
import { postgres as schema } from "../../config/service-schema.ts";
import { withLock } from "../../deployment/lock.ts";
import { recordBackups } from "../backup/evidence.ts";
import { whileClosed } from "../closed-site.ts";
import { configurationOf } from "../configuration.ts";
import { refuseUnattended, rollOut } from "../roll-out.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type Change, StackDocument } from "../stack-document.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { type Findings, megabytes, readFindings, refuse, wantsItsEnd } from "../upgrade/findings.ts";
import { placeOf } from "./lock.ts";

type Version = Settings["postgres"]["version"];

interface UpgradeOptions extends StackOptions {
  image?: string;
  yes?: true;
}

export function addUpgrade(program: Command): void {
  const upgrade = program.command("upgrade").description("a new major version of what holds the data");
  withStack(
    upgrade
      .command("postgres")
      .argument("<version>", "major version, such as 16", major)
      .option("--image <image>", "image of that version; default: the official one")
      .option("-y, --yes", "do not ask")
      .description("take the database over into a new major version of PostgreSQL; the former data is kept")
      .addHelpText("after", "\nWhere it was cut off, run it again: it goes on, or begins anew.\n"),
  ).action(upgradePostgres);
}

async function upgradePostgres(version: Version, options: UpgradeOptions): Promise<void> {
  const { stack: name, image: given, yes = false, json = false } = options;
  refuseUnattended(yes);
  const stack = Stack.read(name);
  const { settings } = configurationOf(name);
  const image = imageOf(settings, version, given);
  const { name: prefix, postgres } = stack.outputs.operations;
  const purpose = `postgres-${version}`;
  const volume = `${prefix}-${purpose}`;
  const database = postgres.database;
  const words = [prefix, database];
  const look = async (): Promise<Findings> =>
    readFindings(await stack.host.ask("upgrade/plan.sh", { stack: prefix, database, image, volume }));
  const found = await look();
  const ending = wantsItsEnd(found, volume);
  if (!ending) refuse(found, name, version, image, volume);

  const formerVolume = ending ? found.begun?.former : found.serving?.volume;
  const document = new StackDocument(name);
  document.apply(
    changes(document, { version, volume: purpose, formerVolume: formerVolume?.slice(prefix.length + 1), image: given }),
  );
  for (const line of ending ? rest(found, version) : plan(found, stack, version, volume)) console.error(line);

  const reason = `socle upgrade postgres ${version}`;
  let backup: string | undefined;
  let compared = "";
  let closed = 0;
  await rollOut({
    ...{ stack, document, yes, quiet: json, question: `Upgrade PostgreSQL of ${name} to ${version}?` },
    fixes: [`Then run again: socle upgrade postgres ${version} --stack ${name}`],
    around: (up) =>
      withLock({ ...placeOf(stack), stack: name, reason }, async () => {
        // Until the data is taken over, the file says what serves.
        document.restore();
        if (!ending) {
          // What one that was cut off has closed is opened, and what it has filled goes.
          if (found.begun) await stack.host.ask("upgrade/undo.sh", words, { aloud: true });
          backup = (
            await stack.host.ask("exec.sh", [stack.container("backup"), "sh", "/tools/run.sh", "manual"], {
              aloud: true,
            })
          ).trim();
          await recordBackups(stack);
          const { memory } = settings.postgres;
          const given = { stack: prefix, database, image, volume, memory };
          await stack.host.ask("upgrade/prepare.sh", given, { aloud: true });
        }
        const began = Date.now();
        await whileClosed(stack, reason, async () => {
          if (!ending) compared = await stack.host.ask("upgrade/copy.sh", words, { aloud: true });
          document.write();
          try {
            await up();
          } catch (error) {
            await settle(stack, document, await look(), volume);
            throw error;
          }
          await stack.host.ask("upgrade/finish.sh", words, { aloud: true });
        });
        closed = Math.round((Date.now() - began) / 1000);
      }),
  });
  const [tables, rows] = compared.trim().split(" ").map(Number);
  if (json) {
    const counted = compared === "" ? {} : { tables, rows };
    console.log(JSON.stringify({ version, volume, formerVolume, backup, closed, ...counted }));
    return;
  }
  console.log(
    `Stack ${name} runs PostgreSQL ${version}${compared === "" ? "" : `: ${tables} tables with ${rows} rows are as they were`}. ${document.file} says so: commit it.`,
  );
  console.log(
    `The former data stays in volume ${formerVolume}. To let it go later: remove postgres.formerVolume, run pulumi up, and on the host: docker volume rm ${formerVolume}`,
  );
}

/** After a `pulumi up` that failed: nobody stays closed out of the server that serves. */
async function settle(stack: Stack, document: StackDocument, { serving }: Findings, volume: string): Promise<void> {
  const { name, postgres } = stack.outputs.operations;
  if (serving?.volume === volume) await stack.host.ask("upgrade/finish.sh", [name, postgres.database], { aloud: true });
  else if (serving) {
    await stack.host.ask("upgrade/undo.sh", [name, postgres.database], { aloud: true });
    document.restore();
    console.error(`The former PostgreSQL serves as before, and ${document.file} is as it was.`);
  }
}

function imageOf({ postgres, backup }: Settings, version: Version, given: string | undefined): string {
  if (!backup.enabled)
    throw new OperatorError(
      "Backups are off, and an upgrade begins with one; nothing was changed.\n    → Remove backup.enabled, and run pulumi up.",
    );
  if (postgres.image !== undefined && given === undefined && postgres.version !== version)
    throw new OperatorError(
      `postgres.image: ${postgres.image} is of version ${postgres.version}; nothing was changed.\n    → Name the one of version ${version}: --image IMAGE.`,
    );
  if (postgres.pitr)
    throw new OperatorError(
      `postgres.pitr is on: its moments are of version ${postgres.version}, and a new cluster has none of them; nothing was changed.\n    → Remove postgres.pitr and run pulumi up; after the upgrade set it again.`,
    );
  return given ?? postgres.image ?? `postgres:${version}`;
}

function changes(document: StackDocument, wanted: Record<string, unknown>): Change[] {
  return Object.entries(wanted)
    .filter(([, to]) => to !== undefined)
    .map(([key, to]) => ({ path: ["postgres", key], from: document.value(["postgres", key]), to }));
}

function plan({ serving, size, free }: Findings, { name }: Stack, version: Version, volume: string): string[] {
  return [
    `PostgreSQL ${serving?.version} of ${name} becomes PostgreSQL ${version}.`,
    "",
    `Database:  ${megabytes(size)}; up to ${megabytes(size * 2)} of the ${megabytes(free)} that are free are needed meanwhile.`,
    "Before:    a backup, read back; the new server starts beside the one that serves.",
    `Closed:    visitors see the maintenance page, worker and beat stand still: about ${duration(size)}.`,
    "           Roles and database are dumped and restored by the new version's tools, and the rows of every table compared.",
    `Kept:      the former data, in volume ${serving?.volume}; until the switch it serves as it is.`,
    `New:       volume ${volume}.`,
    "",
  ];
}

const rest = ({ begun }: Findings, version: Version): string[] => [
  `An upgrade to PostgreSQL ${version} was cut off after everything was taken over into volume ${begun?.volume} and compared.`,
  "It goes on: PostgreSQL starts on that volume, then worker and beat.",
  "",
];

/** A rough word beforehand: twenty megabytes a second, and the change of containers. */
function duration(bytes: number): string {
  const minutes = Math.ceil((bytes / (20 * 1_048_576) + 45) / 60);
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

function major(text: string): Version {
  const read = schema.shape.version.safeParse(Number(text));
  if (!read.success) throw new InvalidArgumentError("Name a major version that Socle knows: 15 or 16.");
  return read.data;
}
