/** What became of the tests of before. */
import { fullTitle, type Test } from "../demands/tests.ts";
import { type Before, filesByTitle, type Successor } from "./successor.ts";

export interface Comparison {
  kept: number;
  succeeded: number;
  missing: Before[];
  /** What is wrong with the list of successors. */
  flaws: string[];
}

/** No test stands for more than these, unless it is a table. */
const most = 5;

/** @param measured names of what a benchmark holds against an aim: the successors of timed tests */
export function compare(
  before: readonly Before[],
  tests: readonly Test[],
  successors: readonly Successor[],
  measured: ReadonlySet<string> = new Set(),
): Comparison {
  // Two tests may have one title: each counts.
  const now = new Map<string, number>();
  for (const test of tests) now.set(fullTitle(test), (now.get(fullTitle(test)) ?? 0) + 1);
  const titles = new Map<string, unknown>([
    ...filesByTitle(tests),
    ...[...measured].map((name) => [name, name] as const),
  ]);
  const of = Map.groupBy(successors, (one) => one.before);
  const result: Comparison = {
    kept: 0,
    succeeded: 0,
    missing: [],
    flaws: flawsOf(before, successors, titles, new Set([...now.keys(), ...measured])),
  };
  for (const one of before) {
    const left = now.get(one.title) ?? 0;
    if (left > 0) {
      now.set(one.title, left - 1);
      result.kept += 1;
    } else if ((of.get(one.title) ?? []).some(({ title }) => titles.has(title))) result.succeeded += 1;
    else result.missing.push(one);
  }
  return result;
}

function flawsOf(
  before: readonly Before[],
  successors: readonly Successor[],
  titles: ReadonlyMap<string, unknown>,
  tests: ReadonlySet<string>,
): string[] {
  const old = new Set(before.map(({ title }) => title));
  const flaws = successors.flatMap(({ before: former, title, table }) => [
    ...(old.has(former) ? [] : [`no test had this title before: ${former}`]),
    ...(titles.has(title) ? [] : [`no test has this title: ${title}\n    for ${former}`]),
    ...(titles.has(title) && !tests.has(title) && !table
      ? [`a describe is no successor but as a table: ${title}`]
      : []),
  ]);
  for (const [title, all] of Map.groupBy(
    successors.filter(({ table }) => !table),
    (one) => one.title,
  )) {
    const count = new Set(all.map((one) => one.before)).size;
    if (count > most)
      flaws.push(`stands for ${String(count)} tests, more than ${String(most)}, and is no table: ${title}`);
  }
  return flaws;
}
