// With the real engine: each line of the pre-production checklist, and an unsafe production stack that
// breaks it. Some never get as far as the policies: the settings themselves are refused.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { rules } from "../../../policies/catalogue.ts";
import { checklist, linesOf } from "../../../policies/checklist.ts";
import { unsafeVariants } from "../../../operations/check/unsafe-variants.ts";
import { Project } from "../../lab/project.ts";

describe("an unsafe production stack, previewed with the policies", function () {
  this.timeout(120_000);
  let project: Project;
  before(async () => {
    project = await Project.create();
  });
  after(() => project.remove());

  for (const { line, settings = {}, edit, by, says } of unsafeVariants)
    it(`is refused by ${by}: ${line}`, async () => {
      const attempt = () => project.preview(settings);
      const { code, said } = await (edit
        ? project.with(edit[0], (text) => text.replace(edit[1], edit[2]), attempt)
        : attempt());
      assert.notEqual(code, 0, said);
      const rule = rules.find(({ id }) => id === by);
      if (rule) assert.match(said, new RegExp(`\\[mandatory\\] \\[severity: ${rule.severity}\\] {2}${by} `));
      else assert.match(said, new RegExp(`nothing was changed\\.\\n(.*\\n)*\\s+${by.replaceAll(".", "\\.")}: `));
      assert.match(said, says);
    });

  it("is shown for every line of the checklist, by a rule that serves it", () => {
    // What tests show comes with the rules about evidence.
    const lines = checklist.map(({ line }) => line).filter((line) => !line.startsWith("Tests: "));
    const shown = new Set(unsafeVariants.map(({ line }) => line));
    assert.deepEqual(
      lines.filter((line) => !shown.has(line)),
      [],
    );
    for (const { line, by } of unsafeVariants) {
      const rule = rules.find(({ id }) => id === by);
      if (rule) assert.ok(linesOf(rule).includes(line), `${by} serves ${line}`);
    }
  });
});
