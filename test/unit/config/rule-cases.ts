// A rule over several settings, shown by an example that breaks it and the nearest one that does not.
import assert from "node:assert/strict";

import { it } from "mocha";

import { contradictions } from "../../../config/contradiction.ts";
import type { Rule } from "../../../config/rule.ts";
import { changed, mistakes, production, read, type Sections } from "./stack.ts";

export interface RuleCase {
  /** Words of the rule that is broken. */
  rule: string;
  base?: () => Sections;
  bad: Record<string, unknown>;
  /** Lines of the message: path, finding and mend of each mistake. */
  lines: [path: string, found: string, mend: string][];
  /** The nearest that is right. */
  good: Record<string, unknown>;
  secrets?: string[];
  /** Names of Socle's own credentials that are set. */
  credentials?: string[];
}

/** Tests of rules by their cases; every rule needs one. */
export function testRules(rules: readonly Rule[], cases: RuleCase[]): void {
  for (const { rule: words, base = production, bad, lines, good, secrets = [], credentials = [] } of cases) {
    const encrypted = Object.fromEntries(secrets.map((name) => [name, "hidden"]));
    const own = Object.fromEntries(credentials.map((name) => [name, "hidden"]));

    it(`are refused: ${Object.keys(bad).join(", ")} – ${words}`, () => {
      const found = mistakes(changed(base(), bad), { encrypted, credentials: own });
      assert.ok(lines.length > 0);
      assert.deepEqual(
        found.map(({ path, found: what, mend }) => [path, what, mend]),
        lines,
      );
    });

    it(`are well otherwise: ${Object.keys(good).join(", ")} – ${words}`, () => {
      const { settings } = read(changed(base(), good), { encrypted, credentials: own });
      assert.deepEqual(contradictions(settings, secrets, credentials), []);
    });
  }

  it("every rule has a case", () => {
    for (const { rule: words } of cases)
      assert.equal(rules.filter(({ holds }) => holds.includes(words)).length, 1, words);
    for (const { holds } of rules)
      assert.ok(
        cases.some(({ rule: words }) => holds.includes(words)),
        holds,
      );
  });
}
