/** `socle migrations evidence`: that the migrations of the image that serves went well on this stack's data. */
import type { Command } from "commander";

import { imageDigest } from "../../policies/evidence/demand.ts";
import { Evidence } from "../../policies/evidence/evidence.ts";
import { record } from "../evidence/record.ts";
import { listed } from "../listed-migrations.ts";
import { readHistory, type Release, serving } from "../release-history.ts";
import { OperatorError, Stack } from "../stack.ts";
import { modelOf } from "../stack-model.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { version } from "../version.ts";
import { readable } from "./rollback.ts";

export function addMigrationsEvidence(migrations: Command): void {
  withStack(
    migrations
      .command("evidence")
      .description("record as evidence for the image that serves that its migrations went well here, as on staging")
      .addHelpText(
        "after",
        "\nTaken from the record of releases on the host, and from the image, which must have nothing pending; `pipeline deploy` does it for staging.\n\nExample:\n  socle migrations evidence --stack staging\n",
      ),
  ).action(recordMigrations);
}

async function recordMigrations({ stack: name, json }: StackOptions): Promise<void> {
  const stack = Stack.read(name);
  const history = readable(await readHistory(stack));
  const release = serving(history);
  if (!release) throw new OperatorError(`Stack ${name} has no release that succeeded.\n    → Bring it up first.`);
  const { image } = release.released;
  const subject = imageDigest(image);
  if (subject === undefined)
    throw new OperatorError(
      `${image}, which serves in ${name}, is not named by its digest, so that no record can be bound to it; nothing was recorded.\n    → Set application.image to NAME@sha256:…, as production has it, and run pulumi up.`,
    );
  // The one that brought the image: those after it changed settings.
  const brought =
    history.releases.find(
      ({ result, released }) => result === "succeeded" && imageDigest(released.image) === subject,
    ) ?? release;
  const { model } = modelOf(name);
  // An application that has no plan cannot say more than that its command went well.
  const { migrations } = model.commands.plan
    ? await listed(model, { backend: stack.container("backend"), image: "" })
    : { migrations: [] };
  const trial = {
    policy: "EVD-09",
    subject,
    stack: stack.outputs.operations.name,
    tool: { name: "socle migrations", version },
    when: new Date(brought.when),
    result: migrations.length === 0 ? "passed" : "failed",
    details: { release: brought.number, applied: applied(brought), pending: migrations.length },
  } as const;
  const there = (await Evidence.read()).find({ policy: trial.policy, subject, stack: trial.stack });
  const same = there.find(({ when, result }) => Date.parse(when) === trial.when.getTime() && result === trial.result);
  const written = same ?? (await record(trial));
  if (json === true) console.log(JSON.stringify(written));
  else
    console.log(
      `Release ${brought.number} of ${name}: applied ${trial.details.applied}, ${migrations.length} pending: ${trial.result}; ${same ? "recorded before" : "recorded"} (EVD-09).`,
    );
  if (trial.result === "failed") process.exitCode = 1;
}

/** The heads that its migrations led to. */
function applied({ heads: { before, after } }: Release): string {
  const former = new Set(before.split(" "));
  return (
    after
      .split(" ")
      .filter((head) => head !== "" && !former.has(head))
      .join(" ") || "none"
  );
}
