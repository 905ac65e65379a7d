import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again until the probe answers with something true, and returns that.
 * @throws when the time is over, naming what was awaited and the last error of the probe.
 */
export async function until<T>(
  awaited: string,
  seconds: number,
  probe: () => Promise<T | false | undefined>,
  pauseSeconds = 0.25,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last = "";
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== false && answer !== undefined) return answer;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() >= end) {
      throw new Error(`${awaited}: not so after ${String(seconds)} s${last === "" ? "" : `; last answer: ${last}`}`);
    }
    await sleep(pauseSeconds * 1000);
  }
}
