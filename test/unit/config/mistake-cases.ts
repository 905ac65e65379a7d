// A mistake in a setting, shown by its code and its exact words.
import assert from "node:assert/strict";

import { it } from "mocha";

import type { Code } from "../../../config/problem.ts";
import { changed, mistakes, type Sections } from "./stack.ts";

/** Changes to a good stack, and the mistake that they come to. */
export type MistakeCase = [
  what: string,
  code: Code,
  changes: Record<string, unknown>,
  path: string,
  found: string,
  mend: string,
];

export function testMistakes(base: () => Sections, cases: MistakeCase[]): void {
  for (const [what, code, changes, path, found, mend] of cases)
    it(`refuses ${what}`, () => {
      assert.deepEqual(mistakes(changed(base(), changes)), [{ code, path, found, mend }]);
    });
}
