/** `socle celery`: what the workers do, and what waits. */
import type { Command } from "commander";

import { readCondition } from "../condition.ts";
import { session } from "../session.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { table } from "../table.ts";

export function addCelery(program: Command): void {
  const celery = program
    .command("celery")
    .description("what the workers do, and what waits for them")
    .addHelpText(
      "after",
      "\nExamples:\n  socle celery queues\n  socle celery inspect active\n  socle celery inspect stats -- --timeout 5\n  socle celery run -- purge --queues celery\n",
    );

  withStack(celery.command("queues").description("how many tasks wait in each queue")).action(
    async ({ stack, json }: StackOptions) => {
      const { queues, taken } = await readCondition(Stack.read(stack));
      if (json) console.log(JSON.stringify({ queues, taken }, undefined, 2));
      else
        for (const text of [
          table(["QUEUE", "WAITING"], rows(queues)),
          "",
          `${taken} taken by workers and not ended yet`,
        ])
          console.log(text);
    },
  );

  withStack(
    celery
      .command("inspect")
      .argument("<what>", "active, reserved, scheduled, registered, stats, ping, or another of Celery's")
      .argument("[arguments...]", "further arguments, after --")
      .description("ask the workers"),
  ).action(async (what: string, words: string[], { stack, json }: StackOptions) => {
    await run(stack, ["inspect", what, ...(json ? ["--json"] : []), ...words]);
  });

  withStack(
    celery
      .command("run")
      .argument("<arguments...>", "Celery's subcommand and its arguments, after --")
      .description("any other of Celery's commands"),
    { json: false },
  ).action(async (words: string[], { stack }: StackOptions) => {
    await run(stack, words);
  });
}

async function run(name: string, words: string[]): Promise<void> {
  const stack = Stack.read(name);
  const { celery } = stack.outputs.operations.commands;
  if (!celery)
    throw new OperatorError(
      'It is not known how this application calls Celery.\n    → Set application.commands.celery, such as ["celery", "--app", "core"].',
    );
  await session(stack, "worker", [...celery, ...words]);
}

const rows = (queues: Record<string, number>): string[][] =>
  Object.entries(queues).map(([queue, waiting]) => [queue, String(waiting)]);
