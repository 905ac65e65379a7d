// What a preview announces and what `up` then does, both as the engine's own events have it.
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import type { TestStack } from "./stack.ts";

/** Of the engine's events (apitype.EngineEvent), what is read here. */
interface Event {
  /** Before a step: `planning` in a preview. */
  resourcePreEvent?: { metadata: Step };
  /** After it. */
  resOutputsEvent?: { metadata: Step };
}
interface Step {
  /** As the engine calls it: create, update, create-replacement, replace, delete-replaced, delete, same, read … */
  op: string;
  urn: string;
}

const stays = new Set(["same", "read"]);

/** Operation and resource of every step, sorted, without what stays as it is. */
async function steps(
  stack: TestStack,
  command: readonly string[],
  kind: "resourcePreEvent" | "resOutputsEvent",
): Promise<string[]> {
  const log = join(stack.folder, "events.jsonl");
  await rm(log, { force: true });
  await stack.pulumi([...command, "--event-log", log], {
    timeoutSeconds: 600,
    // The flag is one for programs that drive the CLI.
    variables: { PULUMI_DEBUG_COMMANDS: "true" },
  });
  const logged = await readFile(log, "utf8");
  // The engine tells such programs every input in clear.
  await rm(log);
  const events = logged
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Event);
  const found = events
    .map((event) => event[kind]?.metadata)
    .filter((step) => step !== undefined)
    .filter(({ op }) => !stays.has(op))
    // By which a preview reads the stack's own outputs (migrations); the CLI shows no default provider in a plan.
    .filter(({ urn }) => !urn.includes("::pulumi:providers:pulumi::default"));
  return [...new Set(found.map(({ op, urn }) => `${op} ${urn.split("::").slice(2).join(" ")}`))].sort();
}

/** What a preview says of the stack's present settings. */
export const announced = (stack: TestStack): Promise<string[]> => steps(stack, ["preview"], "resourcePreEvent");

/** Brings the stack to its settings, and says what was done. */
export const done = (stack: TestStack): Promise<string[]> =>
  steps(stack, ["up", "--yes", "--skip-preview"], "resOutputsEvent");

/** A resource's operations, by its name. */
export function operations(all: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const step of all) {
    const [op = "", , name = ""] = step.split(" ");
    (found[name] ??= []).push(op);
  }
  return found;
}

/** Previews the stack's present settings, brings it to them, and holds the one against the other. */
export async function keepsItsWord(stack: TestStack): Promise<Record<string, string[]>> {
  const plan = await announced(stack);
  const deeds = await done(stack);
  assert.deepEqual(deeds, plan);
  return operations(deeds);
}
