/** `socle shell`: the framework's shell. */
import type { Command } from "commander";

import { session } from "../session.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

export function addShell(program: Command): void {
  withStack(
    program
      .command("shell")
      .argument("[arguments...]", "further arguments of the shell, after --")
      .description("the application's shell, in the container that serves (Django: manage.py shell)")
      .addHelpText(
        "after",
        "\nExamples:\n  socle shell --stack production\n  socle shell -- --command 'from django.conf import settings; print(settings.DEBUG)'\n  socle shell <report.py\n",
      ),
    { json: false },
  ).action(async (words: string[], { stack: name }: StackOptions) => {
    const stack = Stack.read(name);
    const { shell } = stack.outputs.operations.commands;
    if (!shell)
      throw new OperatorError(
        "This application names no shell of its own.\n    → Set application.commands.shell, or take the container's: socle exec backend -- sh",
      );
    await session(stack, "backend", [...shell, ...words]);
  });
}
