// Every rule on the program's own resources: good as they are, bad by one change, waived, silent, unknown; and that the
// bad case would go unnoticed without the rule.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { rules } from "../../../policies/catalogue.ts";
import type { Kind } from "../../../policies/resource.ts";
import type { Rule } from "../../../policies/rule.ts";
import { applicationCases } from "./cases/application.ts";
import { containerCases } from "./cases/container.ts";
import { evidenceCases } from "./cases/evidence.ts";
import { dataCases } from "./cases/data.ts";
import { networkCases } from "./cases/network.ts";
import { nginxCases } from "./cases/nginx.ts";
import { type Deployment, deployed } from "./program.ts";
import { evidenceOf } from "../../lab/evidence.ts";
import { assertBad, type Case, messageOf, today, verdictOf, wholeEvidence } from "./rule-case.ts";

const cases: Case[] = [
  ...containerCases,
  ...networkCases,
  ...dataCases,
  ...applicationCases,
  ...nginxCases,
  ...evidenceCases,
];
const numbered = new Map<string, number>();

function rule(id: string): Rule {
  const found = rules.find((each) => each.id === id);
  if (!found) throw new Error(`there is no rule ${id}`);
  return found;
}

const isSilent = (each: Case): boolean =>
  each.silent !== undefined || ("silentFacts" in each && each.silentFacts !== undefined);

/** The rule as if somebody had switched it off. */
const off = (each: Rule): Rule => ({
  ...each,
  decide: Object.fromEntries(Object.keys(each.decide).map((kind) => [kind, () => []])),
});

describe("rules of policies", () => {
  let program: Deployment;
  before(async () => {
    program = await deployed();
  });

  for (const each of cases) {
    const count = (numbered.get(each.rule) ?? 0) + 1;
    numbered.set(each.rule, count);
    describe(`${each.rule}, case ${String(count)}: ${each.kind}${"of" in each ? ` ${each.of}` : ""}`, () => {
      it("is kept by the program, and by what is unusual and good all the same", () => {
        assert.equal(verdictOf(rule(each.rule), each, program, "good")?.outcome, "met");
        for (const further of ("good" in each ? each.good : undefined) ?? []) {
          const verdict = verdictOf(rule(each.rule), each, program, "good", { further });
          assert.equal(verdict?.outcome, "met", `${JSON.stringify(further)}: ${verdict?.message ?? "silent"}`);
        }
        for (const made of ("goodEvidence" in each ? each.goodEvidence : undefined) ?? []) {
          const shown = evidenceOf(made(structuredClone(wholeEvidence(program).find({}))), today);
          const verdict = verdictOf(rule(each.rule), each, program, "good", { shown });
          assert.equal(verdict?.outcome, "met", `${String(made)}: ${verdict?.message ?? "silent"}`);
        }
      });

      it("is broken with this very message, which blocks", () => {
        assertBad(rule(each.rule), each, program);
        const { severity, checklist } = rule(each.rule);
        assert.equal(
          verdictOf(rule(each.rule), each, program, "bad")?.level,
          checklist !== undefined || ["critical", "high"].includes(severity) ? "mandatory" : "advisory",
        );
      });

      it("would go unnoticed if it were switched off", () => {
        assert.throws(() => {
          assertBad(off(rule(each.rule)), each, program);
        }, assert.AssertionError);
      });

      it("warns where it is waived, but for waivers themselves", () => {
        const verdict = verdictOf(rule(each.rule), each, program, "bad", { waived: true });
        const waivable = each.rule !== "WVR-01";
        assert.deepEqual(
          [verdict?.outcome, verdict?.level],
          waivable ? ["waived", "advisory"] : ["violated", "mandatory"],
        );
        const word = waivable ? "\n    (waived until 2026-11-21 by Ada: until spring)" : "";
        assert.equal(verdict?.message, `${messageOf(rule(each.rule), each.found)}${word}`);
      });

      if (isSilent(each))
        it("has nothing to say about others", () => {
          assert.equal(verdictOf(rule(each.rule), each, program, "silent"), undefined);
        });

      if (each.kind !== "stack")
        it("says that it cannot decide what is not known yet", () => {
          assert.ok(each.unknown !== undefined, "the case names an input that may be unknown");
          const verdict = verdictOf(rule(each.rule), each, program, "unknown");
          if (each.unknownIsMet) {
            assert.equal(verdict?.outcome, "met");
            return;
          }
          assert.equal(verdict?.outcome, "undecided");
          assert.ok(
            verdict.message.includes(
              `\n  ${each.unknown}: is not known before \`pulumi up\`, so that the rule cannot be decided\n`,
            ),
            verdict.message,
          );
          assert.equal(verdict.level, verdictOf(rule(each.rule), each, program, "bad")?.level);
        });
    });
  }

  it("all have a case for each kind of thing that they judge", () => {
    const judged = rules.flatMap(({ id, decide }) => Object.keys(decide).map((kind) => `${id} ${kind}`));
    const tried = new Set(cases.map(({ rule: id, kind }) => `${id} ${kind satisfies Kind | "stack"}`));
    assert.deepEqual(judged.toSorted(), [...tried].sort());
  });

  it("that are silent about some things have a case for it", () => {
    for (const { id, decide } of rules)
      if (/return undefined|: undefined/.test(Object.values(decide).map(String).join("\n")))
        assert.ok(
          cases.some((each) => each.rule === id && isSilent(each)),
          id,
        );
  });
});
