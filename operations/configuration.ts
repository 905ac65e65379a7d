/** A stack's configuration for the operator: what the engine hands to the program, with its secrets in clear. */
import { type Configuration, readConfiguration } from "../config/load.ts";
import { ConfigurationError } from "../config/mistake.ts";
import { problems, type Wordings } from "../config/problem.ts";
import { ownProject } from "../toolchain/project.ts";
import { capture } from "../toolchain/pulumi.ts";

export const wordings = {
  /** There is no such stack, or its secrets cannot be read. */
  "stack.unreadable-configuration": ({ stack, reason }: { stack: string; reason: string }) => [
    `The configuration of stack ${stack} could not be read: ${reason}`,
    "See which stacks there are: npm run -s pulumi -- stack ls",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws stack.unreadable-configuration, or ConfigurationError where the settings are refused */
export function configurationOf(stack: string): Configuration {
  try {
    const { folder, name } = ownProject();
    const text = capture(["config", "--show-secrets", "--json", "--stack", stack, "--cwd", folder]);
    const given = Object.entries(JSON.parse(text) as Record<string, { value: string; secret?: boolean }>);
    return readConfiguration(
      name,
      stack,
      Object.fromEntries(given.map(([key, { value }]) => [key, value])),
      given.filter(([, { secret }]) => secret).map(([key]) => key),
    );
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw problem("stack.unreadable-configuration", {
      stack,
      reason: error instanceof Error ? error.message.trim() : String(error),
    });
  }
}
