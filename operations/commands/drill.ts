/** `socle drill`: what is rehearsed, so that it works when it is needed. */
import type { Command } from "commander";

import { recordBackups } from "../backup/evidence.ts";
import { Repository } from "../backup/repository.ts";
import { Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { inContainer } from "./backup.ts";

export function addDrill(program: Command): void {
  const drill = program.command("drill").description("rehearse what must work when it is needed");
  withStack(
    drill
      .command("restore")
      .argument("[id]", "default: the newest backup")
      .description("restore a backup where no network leads to, compare it, and throw it away"),
  ).action(async (id: string | undefined, { stack: name }: StackOptions) => {
    const stack = Stack.read(name);
    const { id: chosen } = new Repository(stack).find({ id });
    try {
      await inContainer(stack, "drill.sh", chosen);
    } finally {
      // A drill that failed is evidence too.
      await recordBackups(stack);
    }
  });
}
