/** Takes over what a deployment that was killed left: nothing of it runs beside what the state knows. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { problems, type Wordings } from "../config/problem.ts";
import { target } from "../connection/target.ts";
import type { LockPlace } from "./lock.ts";
import { interrupted, type StackName } from "./update-record.ts";

const project = join(import.meta.dirname, "..");

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
  const child = spawn(
    "sh",
    ["host/run.sh", "releases/unknown.sh", name, [...new Set(services)].join(" "), networks.join(" ")],
    { cwd: project, env: { ...process.env, ...target(host) }, stdio: ["pipe", "pipe", "pipe"] },
  );
  child.stdin.on("error", () => undefined);
  child.stdin.end(`${known.join("\n")}\n`);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [removed, said, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw problem("takeover.failed", { said: said.trim() });
  return removed.split("\n").filter((line) => line !== "");
}
