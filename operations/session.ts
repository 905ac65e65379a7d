/** A command in a container of the stack, as if it ran in this terminal. */
import type { Stack } from "./stack.ts";

/**
 * Runs it with the environment of the container's own processes; this process ends as it ends.
 * On a terminal the command gets one too; elsewhere its input and output are plain pipes.
 * @throws OperatorError where the stack has no such service
 */
export async function session(stack: Stack, service: string, command: readonly string[]): Promise<void> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const words = [terminal ? "-it" : "-i", stack.container(service), ...command];
  process.exitCode = await stack.run("operations/exec.sh", words, { terminal });
}
