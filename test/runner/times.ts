// How long each file took the last time on this machine, whichever clone it was run in.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { z } from "zod";

/** File or tier → seconds. */
export type Times = Record<string, number>;

const file = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "socle", "test-times.json");

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
