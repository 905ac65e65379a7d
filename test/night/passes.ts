/** Which parts passed on which content of the project: they need not be run again. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { cacheFolder } from "../../operations/tool.ts";

const folder = join(cacheFolder(), "passed");

/** Minutes that each part took which passed on this tree. */
export function passesOf(tree: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(join(folder, `${tree}.json`), "utf8")) as Record<string, number>;
  } catch {
    return {};
  }
}

export function keepPass(tree: string, part: string, minutes: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${tree}.json`), JSON.stringify({ ...passesOf(tree), [part]: minutes }));
}
