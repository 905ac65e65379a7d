// What a preview announces and what `up` then does, both as the engine's own events have it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { run } from "./command.ts";
import type { TestStack } from "./stack.ts";

/** Of the engine's events (apitype.EngineEvent), what is read here. */
interface Event {
  /** Before a step. */
  resourcePreEvent?: Told;
  /** After it. */
  resOutputsEvent?: Told;
}
interface Told {
  metadata: Step;
  /** Whether it is of a preview. */
  planning?: boolean;
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
  return stepsOf(
    eventsOf(logged)
      .map((event) => event[kind]?.metadata)
      .filter((step) => step !== undefined),
  );
}

const eventsOf = (log: string): Event[] =>
  log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Event);

function stepsOf(all: readonly Step[]): string[] {
  const found = all
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

/**
 * The same of a command that previews and then does it, such as `socle release`.
 * @param action runs it with these variables
 */
export async function keepsItsWordWith(
  stack: TestStack,
  action: (variables: Record<string, string>) => Promise<unknown>,
): Promise<Record<string, string[]>> {
  const events: Event[] = [];
  // Each command would begin a file from its start; and the engine tells its events in clear, which belong on no disk.
  const pipe = join(stack.folder, "events");
  await run("mkfifo", ["--mode=600", pipe]);
  const reader = spawn("sh", ["-c", 'exec 3<>"$1" && exec cat <&3', "sh", pipe], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const last = new Promise<void>((resolve) => {
    createInterface(reader.stdout).on("line", (line) => {
      if (line === "last") resolve();
      else events.push(JSON.parse(line) as Event);
    });
  });
  try {
    await action({ PULUMI_OPTION_EVENT_LOG: pipe, PULUMI_DEBUG_COMMANDS: "true" });
    await appendFile(pipe, "last\n");
    await last;
  } finally {
    reader.kill();
    await rm(pipe);
  }
  const told = (list: (Told | undefined)[], planning: boolean): string[] =>
    stepsOf(list.flatMap((one) => (one !== undefined && (one.planning ?? false) === planning ? [one.metadata] : [])));
  const plan = told(
    events.map(({ resourcePreEvent }) => resourcePreEvent),
    true,
  );
  const deeds = told(
    events.map(({ resOutputsEvent }) => resOutputsEvent),
    false,
  );
  assert.notDeepEqual(plan, [], "a plan was shown");
  assert.deepEqual(deeds, plan);
  return operations(deeds);
}
