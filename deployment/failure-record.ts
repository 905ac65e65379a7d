/** A deployment that failed, on the stack's record of releases: the last step, which records success, never came. */
import { spawn } from "node:child_process";
import { join } from "node:path";

import type { Configuration } from "../config/load.ts";
import { problems, type Wordings } from "../config/problem.ts";
import { target } from "../connection/target.ts";
import type { LockPlace } from "./lock.ts";

const project = join(import.meta.dirname, "..");

/** What was to be released, as far as it is known before anything is done; JSON, nothing of it is secret. */
export function attemptOf({ settings, given }: Configuration): string {
  const { image } = settings.application;
  return JSON.stringify({ image, digest: image.split("@")[1] ?? "", release: "", settings: given });
}

export const wordings = {
  "record.unreachable": ({ code }: { code: number | null }) => [
    `releases/record.sh ended with exit code ${String(code)}`,
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws record.unreachable */
export async function recordFailure({ host, name }: LockPlace, attempt: string, reason: string): Promise<void> {
  const child = spawn("sh", ["host/run.sh", "releases/record.sh", name, "failed", reason], {
    cwd: project,
    env: { ...process.env, ...target(host) },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(attempt);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", resolve);
  });
  if (code !== 0) throw problem("record.unreachable", { code });
}
