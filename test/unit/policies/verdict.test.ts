// What a decision means: by tier, by the stack's own word, and when the rule itself fails.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { rules } from "../../../policies/catalogue.ts";
import type { Rule, Severity } from "../../../policies/rule.ts";
import { type Level, levelOf, verdictOn } from "../../../policies/verdict.ts";
import { checked, type Deployment, deployed, subject } from "./program.ts";
import { siteFacts, today } from "./rule-case.ts";

const trial = (severity: Severity, decide: Rule["decide"] = {}): Rule => ({
  id: "CTR-01",
  name: "trials hold",
  description: "For this test.",
  severity,
  reference: "this test",
  mend: "Mend it.",
  decide,
});

describe("verdicts", () => {
  let program: Deployment;
  before(async () => {
    program = await deployed();
  });

  const level = (severity: Severity, changes: Record<string, unknown>): Level =>
    levelOf(trial(severity), siteFacts(program, changes));

  it("block critical and high in production, lesser ones warn; in staging all warn, in dev none", () => {
    const table = (["critical", "high", "medium", "low"] as const).map((severity) => [
      severity,
      ...["production", "staging", "dev"].map((tier) => level(severity, { tier })),
    ]);
    assert.deepEqual(table, [
      ["critical", "mandatory", "advisory", "off"],
      ["high", "mandatory", "advisory", "off"],
      ["medium", "advisory", "advisory", "off"],
      ["low", "advisory", "advisory", "off"],
    ]);
  });

  it("follow the stack's own word, but for critical rules in production", () => {
    for (const own of ["mandatory", "advisory", "off"] as const) {
      const word = { "policies.enforcement": { "CTR-01": own } };
      for (const severity of ["critical", "high", "medium", "low"] as const) {
        assert.equal(level(severity, { tier: "staging", ...word }), own);
        assert.equal(level(severity, { tier: "dev", ...word }), own);
        assert.equal(level(severity, { tier: "production", ...word }), severity === "critical" ? "mandatory" : own);
      }
    }
  });

  it("are as strict as in production before the stack has said what it is for", () => {
    for (const rule of rules)
      assert.equal(levelOf(rule, undefined), levelOf(rule, siteFacts(program, { tier: "production" })), rule.id);
  });

  it("count a rule that fails as broken, and keep to themselves what it stumbled over", () => {
    const secret = "hunter2-hunter2";
    const failing = trial("high", {
      container: () => {
        throw new SyntaxError(`Unexpected token in ${secret}`);
      },
    });
    const verdict = verdictOn(failing, subject(program, "container", "backend"), siteFacts(program), today);
    assert.deepEqual([verdict?.outcome, verdict?.level], ["failed", "mandatory"]);
    assert.match(verdict?.message ?? "", /^Trials hold\.\n {2}\S+: the rule itself failed with a SyntaxError\n/);
    assert.ok(!verdict?.message.includes(secret));
  });

  it("fail rather than pass on what is not of the form that a rule expects", () => {
    const oddities: unknown[] = [null, 7, "text", [null], { tests: 1 }];
    for (const rule of rules) {
      if (!rule.decide.container) continue;
      for (const oddity of oddities) {
        const backend = subject(program, "container", "backend");
        const broken = { ...backend, inputs: { ...backend.inputs, labels: oddity, mounts: oddity } as never };
        // Any outcome is fair; that one comes back at all is what is shown here.
        assert.doesNotThrow(() => verdictOn(rule, checked(broken), siteFacts(program), today), rule.id);
      }
    }
  });

  it("end a waiver with its last day, and keep it to its rule and resource", () => {
    const rule = rules.find(({ id }) => id === "CTR-01");
    assert.ok(rule);
    const resource = subject(program, "container", "worker");
    const bad = { ...resource, inputs: { ...resource.inputs, privileged: true } as never };
    const outcome = (changes: Record<string, unknown>): string | undefined => {
      const good = { rule: "CTR-01", resource: resource.name, reason: "until spring", by: "Ada", expires: today };
      const facts = siteFacts(program, { "policies.waivers": [{ ...good, ...changes }] });
      return verdictOn(rule, bad, facts, today)?.outcome;
    };
    assert.equal(outcome({}), "waived");
    assert.equal(outcome({ expires: "2027-01-01" }), "waived");
    assert.equal(outcome({ expires: "2026-11-20" }), "violated");
    assert.equal(outcome({ resource: "backend" }), "violated");
    assert.equal(outcome({ rule: "CTR-02" }), "violated");
  });
});
