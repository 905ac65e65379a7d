// A mistake in a setting, shown by its exact message.
import assert from "node:assert/strict";

import { it } from "mocha";

import { changed, failure, type Sections } from "./stack.ts";

/** Changes to a good stack, and the path, finding and mend that they come to. */
export type MistakeCase = [what: string, changes: Record<string, unknown>, path: string, found: string, mend: string];

export function testMistakes(base: () => Sections, cases: MistakeCase[]): void {
  for (const [what, changes, path, found, mend] of cases)
    it(`refuses ${what}`, () => {
      const error = failure(changed(base(), changes));
      assert.equal(
        error?.message,
        `The configuration of stack trial has 1 mistake; nothing was changed.\n  ${path}: ${found}\n    → ${mend}`,
      );
      assert.deepEqual(error.mistakes, [{ path, found, mend }]);
    });
}
