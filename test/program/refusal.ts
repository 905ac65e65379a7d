// What a refused `pulumi up` says, and what it leaves: a stack of its own for each attempt.
import assert from "node:assert/strict";

import type { Result } from "../lab/command.ts";
import { type Sections, TestStack } from "../lab/stack.ts";
import { smallUpdates } from "../lab/updates.ts";

export interface Refusal {
  /** All that the CLI printed. */
  readonly said: string;
  readonly seconds: number;
  /** Types of what the state holds afterwards. */
  readonly state: readonly string[];
}

/** Runs a command that is to be refused, on a stack of its own with these settings. Fails where it is not refused. */
export async function refusal(
  settings: Sections,
  command: (stack: TestStack) => Promise<Result> = (stack) => stack.up({ check: false }),
): Promise<Refusal> {
  const stack = await TestStack.create(settings);
  try {
    const start = Date.now();
    const { code, stdout, stderr } = await command(stack);
    const said = `${stdout}${stderr}`;
    assert.notEqual(code, 0, `not refused:\n${said}`);
    const state = (await stack.resources()).map(({ type }) => type);
    return { said, seconds: (Date.now() - start) / 1000, state };
  } finally {
    await stack.forget(smallUpdates);
  }
}

/** The refusal says each of these, word for word. */
export function says({ said }: Refusal, ...sentences: string[]): void {
  for (const sentence of sentences) assert.ok(said.includes(sentence), `"${sentence}" is not said in:\n${said}`);
}

/** Refused before anything was registered: the state has the stack itself at most. */
export function nothingRegistered({ state }: Refusal): void {
  assert.deepEqual(
    state.filter((type) => type !== "pulumi:pulumi:Stack"),
    [],
  );
}

/** Refused by the host's own check: what the state has by then lives in the state alone, such as generated passwords. */
export function nothingMade({ state }: Refusal): void {
  const outside = state.filter((type) => !/^(pulumi:|socle:|random:)/.test(type));
  assert.deepEqual(outside, []);
}
