/** `socle exec`: a command in a service's container. */
import type { Command } from "commander";

import { session } from "../session.ts";
import { Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

export function addExec(program: Command): void {
  withStack(
    program
      .command("exec")
      .argument("<service>", "as `socle status` names it, such as backend")
      .argument("<command...>", "the command and its arguments, after --")
      .description("a command in a service's container, with the environment of its own processes")
      .addHelpText(
        "after",
        "\nExamples:\n  socle exec backend -- python manage.py check --deploy\n  socle exec worker -- sh\n  socle exec backend -- python manage.py dumpdata auth >auth.json\n",
      ),
    { json: false },
  ).action(async (service: string, command: string[], { stack }: StackOptions) => {
    await session(Stack.read(stack), service, command);
  });
}
