/** `socle rollback`: a former release again, through Pulumi. */

import type { Command } from "commander";

import { isPinned } from "../../config/image-reference.ts";
import { shellWord, shellWords } from "../../config/shell-word.ts";
import { type History, readHistory, type Release } from "../release-history.ts";
import { refuseUnattended, rollOut } from "../roll-out.ts";
import { planRollback, type RollbackPlan } from "../rollback-plan.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type Change, StackDocument } from "../stack-document.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { coloured } from "../table.ts";
import { shortImage } from "./releases.ts";

interface RollbackOptions extends StackOptions {
  yes?: boolean;
}

export function addRollback(program: Command): void {
  withStack(
    program
      .command("rollback")
      .argument("[release]", "its number, or its image, digest or hash; default: what served before")
      .option("-y, --yes", "do not ask")
      .description("a former release again: image, application's settings and Nginx's, through pulumi up")
      .addHelpText(
        "after",
        "\nSecrets stay as they are now; so do host, database, backups and policies. The schema is kept.\n\nExamples:\n  socle rollback --stack production\n  socle rollback 12 --yes\n",
      ),
    { json: false },
  ).action(rollback);
}

async function rollback(wanted: string | undefined, { stack: name, yes = false }: RollbackOptions): Promise<void> {
  refuseUnattended(yes);
  const stack = Stack.read(name);
  const document = new StackDocument(name);
  const plan = planRollback(readable(await readHistory(stack)), document, wanted);
  await refuseOtherImage(stack, plan.target);
  for (const line of described(plan)) console.log(line);
  document.apply(plan.changes);
  await rollOut({
    stack,
    document,
    yes,
    question: `Go back to release ${plan.target.number}?`,
    variables: { SOCLE_ROLLBACK: String(plan.target.number) },
  });
  console.log(`Release ${plan.target.number} serves again; ${document.file} says so. Commit it.`);
}

/** @throws OperatorError where the record is not as it was written */
export function readable(history: History): History {
  if (history.flaws.length > 0)
    throw new OperatorError(
      `The record of releases is not as it was written, so that it is not rolled back by: ${history.flaws.join("; ")}.\n    → Look at it: socle releases. To go back by hand, set application.image to a former one and run pulumi up.`,
    );
  return history;
}

/** What is on the engine under a tag may have been built anew since. */
export async function refuseOtherImage(stack: Stack, { number, released: { image, digest } }: Release): Promise<void> {
  if (isPinned(image)) return;
  const found = (await stack.host.ask("releases/identity.sh", [image])).trim();
  if (found !== digest)
    throw new OperatorError(
      `application.image: release ${number} ran ${digest.slice(0, 19)} under the name ${image}, which ${found === "" ? "this engine has no more" : "is another image now"}; nothing was changed.\n    → Where it is still there: docker tag ${shellWords([digest, image])}`,
    );
}

/** What a rollback will do, in lines. */
export function described({ current, target, latest, changes }: RollbackPlan): string[] {
  const again = target.number === current.number;
  return [
    again
      ? `Release ${target.number} serves; the settings go back to it.`
      : `From release ${current.number} (${shortImage(current)}) back to release ${target.number} (${shortImage(target)}) of ${target.when.slice(0, 16).replace("T", " ")}.`,
    "",
    ...(changes.length === 0 ? ["Settings: as they are."] : ["Settings:", ...changes.map(line)]),
    `Schema:   ${schema(latest, current, target)}`,
    "Secrets:  as they are now.",
    "Data:     as it is; nothing is lost.",
    "",
  ];
}

function line({ path, from, to }: Change): string {
  const shown = (value: unknown): string => (value === undefined ? "(not set)" : JSON.stringify(value));
  return `  ${path.join(".")}: ${coloured("red", shown(from))} → ${coloured("green", shown(to))}`;
}

/** Which is kept; with what takes it back where that is wanted, before the former code runs on it. */
function schema(latest: Release, current: Release, { heads: then }: Release): string {
  const { heads: now, released } = latest;
  if (now.after === then.after) return "the same in both.";
  const former = then.after.split(" ");
  const later = now.after.split(" ").filter((head) => !former.includes(head));
  const application = (head: string): string => head.split(".")[0] ?? head;
  const back = later.map(
    (head) => former.find((known) => application(known) === application(head)) ?? `${application(head)}.zero`,
  );
  // The image that serves has the migrations, unless they came with one that failed.
  const image = latest === current ? "" : ` --image ${shellWord(released.image)}`;
  return [
    `kept as it is (${later.join(", ")}); the former code must be able to live with it.`,
    `          To take it back first: socle migrations reverse ${back.join(" ")}${image}`,
    "          To bring the data back too, with what that loses: socle restore",
  ].join("\n");
}
