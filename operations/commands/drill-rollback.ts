/** `socle drill rollback`: to the release before and forward again, timed, with visitors all the while, and recorded. */
import type { Command } from "commander";

import { proxyDigest } from "../../config/facts.ts";
import { record } from "../evidence/record.ts";
import { readHistory, type Release, serving } from "../release-history.ts";
import { refuseUnattended, rollOut } from "../roll-out.ts";
import { isSame, planRollback } from "../rollback-plan.ts";
import { OperatorError, Stack } from "../stack.ts";
import { StackDocument } from "../stack-document.ts";
import { modelOf } from "../stack-model.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { version } from "../version.ts";
import { firstFailure, Visitors } from "../visitors.ts";
import { described, readable, refuseOtherImage } from "./rollback.ts";

/** Of requests, so that none that failed says something. */
const fewest = 200;

interface DrillOptions extends StackOptions {
  yes?: true;
  /** The stack that it is evidence for. */
  for?: string;
}

export function addDrillRollback(drill: Command): void {
  withStack(
    drill
      .command("rollback")
      .option("-y, --yes", "do not ask")
      .option("--for <stack>", "record it as evidence for that stack, such as production where staging is rehearsed on")
      .description(
        "go back to the release before and forward again, each through pulumi up, and record the time it took and whether visitors noticed",
      )
      .addHelpText(
        "after",
        "\nThe site serves all the time, its data and schema stay; visitors see the former release for a while.\nSome that this command brings along ask for what the output `checks` names; that none of them is refused is evidence EVD-07.\n\nExample:\n  socle drill rollback --stack staging --for production\n",
      ),
  ).action(drillRollback);
}

async function drillRollback(options: DrillOptions): Promise<void> {
  const { stack: name, json, yes, for: other = name } = options;
  refuseUnattended(yes === true);
  const stack = Stack.read(name);
  const evidenceOf = other === name ? stack : Stack.read(other);
  const subject = stack.outputs.services["backend"]?.digest;
  if (subject === undefined) throw new OperatorError(`Stack ${name} has no service backend.`);
  const document = new StackDocument(name);
  const plan = planRollback(readable(await readHistory(stack)), document);
  const { current, target, changes } = plan;
  if (target === current)
    throw new OperatorError(
      `The latest release of ${name} failed, or ${document.file} says something else than what serves; nothing was changed.\n    → Bring both to one first: pulumi up, or socle rollback.`,
    );
  for (const release of [target, current]) await refuseOtherImage(stack, release);
  for (const line of described(plan)) console.error(line);
  console.error(`Then release ${current.number} serves again, with the settings of now.\n`);

  const details: Record<string, string | number> = { from: current.number, to: target.number };
  if (evidenceOf !== stack) details["rehearsedOn"] = stack.outputs.operations.name;
  const tool = { name: "socle drill rollback", version };
  const conclude = async (result: "passed" | "failed"): Promise<void> => {
    await record({ policy: "EVD-06", subject, stack: evidenceOf.outputs.operations.name, tool, result, details });
  };
  const visits = stack.outputs.checks.filter(({ method }) => method === "GET");
  // Nobody is sent to a site that does not answer here as it is.
  const unseen = await firstFailure(visits);
  if (unseen !== undefined) console.error(`No visitors, so no evidence of them (EVD-07): ${unseen}`);
  const proxy = proxyDigest(modelOf(name).model);
  let visitors: Visitors | undefined;
  let whole = false;
  const seen = async (): Promise<void> => {
    await visitors?.stop();
    const { requests = 0, failures = [] } = visitors ?? {};
    for (const failure of failures.slice(0, 5)) console.error(`    ${failure}`);
    if (failures.length === 0 && !(whole && requests >= fewest)) return;
    const result = failures.length === 0 ? "passed" : "failed";
    const found = { proxy, requests, failed: failures.length };
    await record({ policy: "EVD-07", subject, stack: stack.outputs.operations.name, tool, result, details: found });
    console.error(`${requests} requests meanwhile, ${failures.length} failed; recorded (EVD-07).`);
  };
  const began = { at: 0 };
  const turn = async (to: Release, variables: Record<string, string>): Promise<number> => {
    const { at: before } = began;
    await rollOut({
      ...{ stack, document, quiet: true, variables },
      yes: yes === true || before > 0,
      question: `Go back to release ${target.number}, and forward again?`,
      before: () => {
        began.at = Date.now();
        if (unseen === undefined) visitors ??= new Visitors(visits);
        return Promise.resolve();
      },
    });
    const found = serving(await readHistory(Stack.read(name)));
    if (!found || !isSame(found, to))
      throw new OperatorError(
        `Release ${found?.number ?? "none"} serves where ${to.number} should.\n    → See why: socle releases --stack ${name}`,
      );
    return Math.round((Date.now() - began.at) / 1000);
  };
  try {
    document.apply(changes);
    details["seconds"] = await turn(target, { SOCLE_ROLLBACK: String(target.number) });
    document.apply(changes.map(({ path, from, to }) => ({ path, from: to, to: from })));
    details["forwardSeconds"] = await turn(current, {});
    // Its text too is as it was found.
    document.restore();
    whole = true;
  } catch (error) {
    // A drill that failed is evidence too; a plan that was refused, or a no, is none.
    if (began.at > 0) await conclude("failed");
    throw error;
  } finally {
    await seen();
  }
  await conclude("passed");
  if (json === true) console.log(JSON.stringify(details));
  else
    console.log(
      `Release ${target.number} served after ${details["seconds"]} s, release ${current.number} again after ${details["forwardSeconds"]} s; recorded for ${other} (EVD-06).`,
    );
}
