// `npm run check` says without an engine what the engine says, of stacks that are as they should be and as they may be.
// Of one that is as bad as can be: checklist.test.ts. What it finds on which settings: test/unit/policies/check.test.ts.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { Project } from "../../lab/project.ts";
import { assertAgreed, both, found } from "./agreement.ts";

describe("the check without an engine and the engine", function () {
  this.timeout(300_000);
  let project: Project;
  before(async () => {
    project = await Project.create();
  });
  after(() => project.remove());

  it("agree on the example: it passes with the policies, which show what is waived", async () => {
    const example = await both(project);
    assertAgreed(example);
    const { code, said } = example.preview;
    assert.equal(code, 0, said);
    assert.match(said, /\[advisory\] \[severity: critical\] {2}BAK-02 .*: site\)/);
    assert.match(said, /\(waived until \d{4}-\d\d-\d\d by admin@example\.org: /);
    assert.match(said, /docker:index:Container nginx/);
    assert.doesNotMatch(said, /is not known before|can't run policy/);
    assert.deepEqual(
      found(example.check).filter((each) => each.startsWith("mandatory")),
      [],
    );
  });

  it("agree on staging without waivers and evidence, with data that goes with the stack and levels of its own", async () => {
    await project.renamed("evidence", "elsewhere", async () => {
      const staging = await both(project, {
        tier: "staging",
        "policies.waivers": [],
        "policies.enforcement": { "MON-01": "off", "DOC-01": "mandatory" },
        "data.keepOnDestroy": false,
        "beat.enabled": false,
        frontend: undefined,
      });
      assertAgreed(staging);
      // A level of the stack's own blocks in staging too; what else is wrong there is only said.
      assert.equal(staging.check.code, 1);
      const findings = found(staging.check);
      assert.deepEqual(
        findings.filter((each) => each.startsWith("mandatory")),
        ["mandatory DOC-01 site"],
      );
      for (const id of ["BAK-02", "EVD-03", "EVD-04", "EVD-08", "PG-01"])
        assert.ok(findings.includes(`advisory ${id} site`), id);
      assert.ok(!findings.some((each) => each.includes("MON-01")));
    });
  });
});
