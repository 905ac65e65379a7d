/** A test that was there before, and the test that asserts the same fact now. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { fullTitle, stable, type Test } from "../demands/tests.ts";

export interface Before {
  file: string;
  title: string;
}

export interface Successor {
  before: string;
  file: string;
  /** Full title of a test; of a describe too, where it is a table. */
  title: string;
  /** It is several tests from a loop, with a row for each of those before. */
  table: boolean;
}

const project = join(import.meta.dirname, "..", "..");
export const successorFile = "test/titles/successors.tsv";

const rowsOf = (text: string): string[][] =>
  text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => line.split("\t"));
const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

/** Every test of the commit before, with the file that it stood in. */
export const readBefore = (): Before[] =>
  rowsOf(read(join(import.meta.dirname, "before.tsv"))).map(([file = "", title = ""]) => ({ file, title }));

export const readSuccessors = (): Successor[] =>
  rowsOf(read(join(project, successorFile))).map(([before = "", file = "", title = "", mark]) => ({
    before,
    file,
    title,
    table: mark === "table",
  }));

export function writeSuccessors(successors: readonly Successor[]): void {
  const lines = successors.map(({ before, file, title, table }) =>
    [before, file, title, ...(table ? ["table"] : [])].join("\t"),
  );
  writeFileSync(
    join(project, successorFile),
    [...new Set(lines)]
      .sort()
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** Full titles of tests and of describes → the files that have them. */
export function filesByTitle(tests: readonly Test[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const test of tests) {
    const suites = test.path.map((_, index) => stable(test.path.slice(0, index + 1).join(" ")));
    for (const title of [fullTitle(test), ...suites]) found.set(title, (found.get(title) ?? new Set()).add(test.file));
  }
  return found;
}

export interface Taken {
  successors: Successor[];
  /** Lines that name what is not there, each with the reason. */
  refused: string[];
}

/**
 * Reads lists of successors as they are written by hand: `title before TAB file TAB title now [TAB further titles] [TAB table]`,
 * where several titles may also be parted by " | " or "; ", the further ones without their describes. The file is found by the title.
 */
export function take(text: string, before: readonly Before[], tests: readonly Test[]): Taken {
  const old = new Set(before.map(({ title }) => title));
  const files = filesByTitle(tests);
  const result: Taken = { successors: [], refused: [] };
  for (const [former = "", file = "", ...columns] of rowsOf(text)) {
    const table = columns.at(-1) === "table";
    const titles = (table ? columns.slice(0, -1) : columns).flatMap((column) => pieces(column, files));
    const title = stable(former);
    if (!old.has(title)) result.refused.push(`no test had this title before: ${title}`);
    else if (titles.length === 0) result.refused.push(`it has no successor: ${title}`);
    else
      for (const written of titles) {
        const next = files.has(written) ? written : only(tests, written, file);
        const [found, ...others] = files.get(next ?? "") ?? [];
        if (next === undefined || found === undefined)
          result.refused.push(`no test has this title: ${written}\n    for ${title}`);
        else result.successors.push({ before: title, file: others.includes(file) ? file : found, title: next, table });
      }
  }
  return result;
}

/** The titles of one column. */
function pieces(column: string, files: ReadonlyMap<string, unknown>): string[] {
  const split = (written: string, separator: string): string[] =>
    files.has(stable(written)) ? [written] : written.split(separator);
  return split(column, " | ")
    .flatMap((piece) => split(piece, "; "))
    .map((piece) => stable(piece.trim()))
    .filter((piece) => piece !== "");
}

/** Full title of the one test in these files that has a title of its own like this one. */
function only(tests: readonly Test[], title: string, files: string): string | undefined {
  const found = tests.filter((test) => stable(test.title) === title && files.includes(test.file)).map(fullTitle);
  return found.length === 1 ? found[0] : undefined;
}
