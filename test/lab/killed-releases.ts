// What the record of releases says of those whose deployer was killed.
import assert from "node:assert/strict";

import type { History } from "../../operations/release-history.ts";
import { until } from "./deadline.ts";
import type { Operator } from "./operator.ts";

/**
 * Each is recorded as one that failed, but for the last: it was killed when its release served and was recorded.
 * @param image of the release
 * @param kills how often its deployer was killed
 */
export async function assertKillsRecorded(operator: Operator, image: string, kills: number): Promise<void> {
  const ofThis = async () => {
    const { releases, flaws } = await operator.json<History>(["releases"]);
    assert.deepEqual(flaws, []);
    return releases.filter(({ released }) => released.image === image);
  };
  // What watches over each writes in its own time.
  await until("those that were killed are recorded", 60, async () => {
    const failed = (await ofThis()).filter(({ result }) => result === "failed").map(({ reason }) => reason);
    const killed = failed.filter((reason) => reason.startsWith("The deployment was killed"));
    // Of some the program died too. Where it lived on, its own last error may be what is recorded.
    if (killed.length >= Math.floor(kills / 2)) return true;
    throw new Error(`recorded: ${failed.join(" | ")}`);
  });
  assert.equal((await ofThis()).filter(({ result }) => result === "succeeded").length, 1);
}
