/** Titles that test/demands/demands.yaml names, after tests got other ones. */
import { fullTitle, stable, type Test } from "../demands/tests.ts";
import { type Before, filesByTitle, type Successor } from "./successor.ts";

/**
 * What stands for a title of before, of a test or of a describe: itself where it is still there, else its successors.
 * Where these are all that stands below one describe, that describe.
 *
 * @returns nothing where no successor is known
 */
export function follow(
  title: string,
  before: readonly Before[],
  tests: readonly Test[],
  successors: readonly Successor[],
): string[] {
  const there = filesByTitle(tests);
  if (there.has(stable(title))) return [title];
  const below = new Set(
    before.map((one) => one.title).filter((one) => one === stable(title) || one.startsWith(`${stable(title)} `)),
  );
  const next = new Set([
    ...[...below].filter((one) => there.has(one)),
    ...successors.filter((one) => below.has(one.before) && there.has(one.title)).map((one) => one.title),
  ]);
  const found = tests.filter((test) => next.has(fullTitle(test)));
  const suite = commonPath(found);
  const whole =
    suite.length > 0 &&
    found.length > 1 &&
    tests.filter(({ path }) => suite.every((name, index) => path[index] === name)).length === found.length;
  return whole ? [stable(suite.join(" "))] : [...next];
}

function commonPath(tests: readonly Test[]): string[] {
  const [first, ...others] = tests.map(({ path }) => path);
  const length = first?.findIndex((name, index) => others.some((path) => path[index] !== name)) ?? 0;
  return (first ?? []).slice(0, length === -1 ? first?.length : length);
}

/** The lines of the data file with each title that is gone replaced by what stands for it. */
export function followAll(text: string, next: (title: string) => string[]): { text: string; lost: string[] } {
  const lost: string[] = [];
  const lines = text.split("\n").map((line) => {
    const [, indent, item] = /^( +- )("(?:[^"\\]|\\.)*"|[^"].*)$/.exec(line) ?? [];
    if (indent === undefined || item === undefined || /^(?:id|title): /.test(item)) return line;
    const title = item.startsWith('"') ? (JSON.parse(item) as string) : item;
    const found = next(title);
    if (found.length === 0) lost.push(title);
    return found.length === 0 || (found.length === 1 && found[0] === title)
      ? line
      : found.map((one) => `${indent}${JSON.stringify(one)}`).join("\n");
  });
  return { text: lines.join("\n"), lost };
}
