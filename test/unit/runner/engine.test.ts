// What becomes of a run whose Docker engine hangs.
import assert from "node:assert/strict";
import { once } from "node:events";

import { afterEach, describe, it } from "mocha";

import { EngineWatch } from "../../runner/engine.ts";

describe("a run whose Docker engine hangs", () => {
  let engine: EngineWatch;
  afterEach(() => {
    engine.end();
  });

  const said: string[] = [];
  /** An engine that answers but for the times that `hangs` counts down. */
  const watching = (hangs: number, restart: () => Promise<string> = () => Promise.resolve("a dump")): void => {
    said.length = 0;
    const ask = (): Promise<void> => (hangs-- > 0 ? Promise.reject(new Error("not done")) : Promise.resolve());
    engine = new EngineWatch((line) => said.push(line), { ask, restart });
    setImmediate(() => void engine.watch(0.001));
  };
  /** Runs until it is ended, at most `untilHung` times; then it passes. */
  const file =
    (untilHung: number, seen: string[] = []) =>
    async (over: AbortSignal): Promise<string[]> => {
      if (!over.aborted && untilHung-- > 0) await once(over, "abort");
      seen.push(over.aborted ? "ended" : "passed");
      return seen;
    };

  it("runs what was ended once more, on an engine that was started again", async () => {
    watching(1);
    assert.deepEqual(await engine.attempt(file(1)), ["ended", "passed"]);
    assert.deepEqual(said, [
      "The Docker engine does not answer: not done",
      "a dump",
      "It was started again, and what ran is run again.",
    ]);
  });

  it("leaves alone what ran while the engine answered", async () => {
    watching(0);
    assert.deepEqual(await engine.attempt(file(0)), ["passed"]);
    assert.deepEqual(said, []);
  });

  it("ends everything, and what comes, when the engine hangs a second time", async () => {
    watching(2);
    assert.deepEqual(await engine.attempt(file(2)), ["ended", "ended"]);
    assert.deepEqual(await engine.attempt(file(0)), ["ended"]);
    assert.equal(said.at(-1), "The Docker engine does not answer: not done");
  });

  it("ends everything when the engine cannot be started again, and says why", async () => {
    watching(1, () => Promise.reject(new Error("the set-up did not start it")));
    assert.deepEqual(await engine.attempt(file(1)), ["ended"]);
    assert.deepEqual(await engine.attempt(file(0)), ["ended"]);
    assert.equal(said.at(-1), "It was not started again: the set-up did not start it");
  });
});
