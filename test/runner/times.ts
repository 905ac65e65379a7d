// How long each file took the last time on this machine, whichever clone it was run in.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { z } from "zod";

import { cacheFolder } from "../../operations/tool.ts";

/** File or tier → seconds. */
export type Times = Record<string, number>;

const file = join(cacheFolder(), "test-times.json");

/** @returns nothing where there was no run yet, or what is kept is not understood */
export function lastTimes(): Times {
  try {
    return z.record(z.string(), z.number()).parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {};
  }
}

export function keepTimes(times: Times): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...lastTimes(), ...times }, undefined, 2)}\n`);
}
