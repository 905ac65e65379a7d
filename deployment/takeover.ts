/** Takes over what a deployment that was killed left: nothing of it runs beside what the state knows. */
import { problems, type Wordings } from "../config/problem.ts";
import { Host, HostError } from "../connection/host.ts";
import type { LockPlace } from "./lock.ts";
import { interrupted, type StackName } from "./update-record.ts";

export const wordings = {
  "takeover.failed": ({ said }: { said: string }) => [said],
} satisfies Wordings;

const problem = problems(wordings);

/**
 * Removes containers and networks that were being made when the deployment was killed: the state knows that somebody
 * began, and neither id nor name.
 * @returns what was removed, such as `container socle-production-worker-4f0c8b2`
 * @throws state.unreadable, takeover.failed
 */
export async function takeOver({ host, name }: LockPlace, stack: StackName): Promise<string[]> {
  const { services, networks, known } = await interrupted(stack);
  if (services.length + networks.length === 0) return [];
  const words = [name, [...new Set(services)].join(" "), networks.join(" ")];
  const removed = await new Host(host)
    .ask("releases/unknown.sh", words, { input: `${known.join("\n")}\n` })
    .catch((error: unknown) => {
      throw error instanceof HostError ? problem("takeover.failed", { said: error.message }) : error;
    });
  return removed.split("\n").filter((line) => line !== "");
}
