// A rule over several settings, shown by an example that breaks it and the nearest one that does not.
import assert from "node:assert/strict";

import { it } from "mocha";

import { contradictions } from "../../../config/contradiction.ts";
import { type CredentialName, credentialSchemas } from "../../../config/credential-schema.ts";
import type { Code } from "../../../config/problem.ts";
import type { Rule } from "../../../config/rule.ts";
import { settingOf } from "../../../config/setting.ts";
import { changed, mistakes, production, read, type Sections } from "./stack.ts";

export interface RuleCase {
  /** Words of the rule that is tried. */
  rule: string;
  /** Of the rule that refuses, where it is another one. */
  code?: Code;
  base?: () => Sections;
  bad: Record<string, unknown>;
  /** Lines of the message: path, finding and mend of each mistake. */
  lines: [path: string, found: string, mend: string][];
  /** The nearest that is right. */
  good: Record<string, unknown>;
  secrets?: string[];
  /** Names of Socle's own credentials that are set. */
  credentials?: string[];
  /** In the good case, where it takes others. */
  goodCredentials?: string[];
}

/** Credentials have a form of their own. */
const example = (name: CredentialName): unknown => settingOf(credentialSchemas[name]).examples?.[0] ?? "hidden";
const examples = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, example(name as CredentialName) as string]));

/** Tests of rules by their cases; every rule needs one. */
export function testRules(rules: readonly Rule[], cases: RuleCase[]): void {
  for (const {
    rule: words,
    code,
    base = production,
    bad,
    lines,
    good,
    secrets = [],
    credentials = [],
    goodCredentials = credentials,
  } of cases) {
    const own = rules.find(({ holds }) => holds.includes(words));
    const encrypted = Object.fromEntries(secrets.map((name) => [name, "hidden"]));

    it(`are refused: ${Object.keys(bad).join(", ")} – ${words}`, () => {
      const found = mistakes(changed(base(), bad), { encrypted, credentials: examples(credentials) });
      assert.ok(lines.length > 0);
      assert.deepEqual(
        found,
        lines.map(([path, what, mend]) => ({ code: code ?? own?.code, path, found: what, mend })),
      );
    });

    it(`are well otherwise: ${Object.keys(good).join(", ")} – ${words}`, () => {
      const { settings } = read(changed(base(), good), { encrypted, credentials: examples(goodCredentials) });
      assert.deepEqual(contradictions(settings, secrets, goodCredentials), []);
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
