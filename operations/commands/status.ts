/** `socle status`: what runs, and how it is. */
import type { Command } from "commander";

import { Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

export function addStatus(program: Command): void {
  withStack(program.command("status").description("what runs, and how it is")).action((options: StackOptions) => {
    const { outputs } = Stack.read(options.stack);
    if (options.json) console.log(JSON.stringify(outputs, undefined, 2));
    else
      for (const [service, { container }] of Object.entries(outputs.services)) console.log(`${service}  ${container}`);
  });
}
