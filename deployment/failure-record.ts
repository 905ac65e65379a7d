/** A deployment that failed, on the stack's record of releases: the last step, which records success, never came. */
import type { Configuration } from "../config/load.ts";
import { Host } from "../connection/host.ts";
import type { LockPlace } from "./lock.ts";

/** What was to be released, as far as it is known before anything is done; JSON, nothing of it is secret. */
export function attemptOf({ settings, given }: Configuration): string {
  const { image } = settings.application;
  return JSON.stringify({ image, digest: image.split("@")[1] ?? "", release: "", settings: given });
}

/** @throws HostError */
export async function recordFailure({ host, name }: LockPlace, attempt: string, reason: string): Promise<void> {
  await new Host(host).ask("releases/record.sh", [name, "failed", reason], { input: attempt });
}
