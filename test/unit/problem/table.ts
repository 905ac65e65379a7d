// The one place where the wording of a problem is asserted: by code its facts and the exact text.
import type { Code, FactsOf, Problem, Wordings } from "../../../config/problem.ts";
import { problems } from "../../../config/problem.ts";

/** A line for each code; the type lets none be left out. */
export type Table<W extends Wordings> = {
  readonly [C in keyof W & Code]: readonly [...facts: FactsOf<W, C>, text: string];
};

export interface WordingCase {
  code: Code;
  problem: Problem;
  text: string;
}

export function table<W extends Wordings>(wordings: W, lines: Table<W>): WordingCase[] {
  const problem = problems<Wordings>(wordings) as (code: Code, ...facts: object[]) => Problem;
  return Object.entries<readonly unknown[]>(lines).map(([code, line]) => ({
    code: code as Code,
    problem: problem(code as Code, ...(line.slice(0, -1) as object[])),
    text: line.at(-1) as string,
  }));
}
