/** What is done to a site's data while no visitor and no deployment is about. */
import { withLock } from "../deployment/lock.ts";
import { beginMaintenance, endMaintenance, maintenanceOf } from "../deployment/maintenance.ts";
import { placeOf } from "./commands/lock.ts";
import type { Stack } from "./stack.ts";

/** Seconds after which maintenance ends by itself, where this process did not live to end it. */
const longest = 4 * 3600;

/**
 * Takes the lock, shows the maintenance page, and opens the site again whatever became of the work.
 * @throws LockedError where somebody else deploys
 */
export async function whileClosed<Result>(stack: Stack, reason: string, work: () => Promise<Result>): Promise<Result> {
  const place = placeOf(stack);
  return withLock({ ...place, stack: stack.name, reason }, async () => {
    // One that somebody switched on is theirs to end; one of this very work was left by a process that was killed.
    const maintenance = await maintenanceOf(place);
    const open = maintenance === undefined || maintenance.reason === reason;
    if (open) await beginMaintenance(place, { reason, lasting: longest });
    try {
      return await work();
    } finally {
      if (open) await endMaintenance(place);
    }
  });
}
