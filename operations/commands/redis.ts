/** `socle redis`: Redis's shell. */
import type { Command } from "commander";

import { session } from "../session.ts";
import { Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

/** The password stands in a file of the container, and in no command line. */
const signedIn = ["sh", "-c", 'REDISCLI_AUTH=$(cat /run/socle/password) exec redis-cli "$@"', "redis"];

export function addRedis(program: Command): void {
  withStack(
    program
      .command("redis")
      .argument("[arguments...]", "further arguments of redis-cli, after --")
      .description("Redis's shell: database 0 holds Celery's queues, 1 the cache; no password is asked or shown")
      .addHelpText("after", "\nExamples:\n  socle redis\n  socle redis -- info memory\n  socle redis -- -n 1 dbsize\n"),
    { json: false },
  ).action(async (words: string[], { stack }: StackOptions) => {
    await session(Stack.read(stack), "redis", [...signedIn, ...words]);
  });
}
