import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { policyRules } from "../../../config/policy-rules.ts";
import { type RuleCase, testRules } from "./rule-cases.ts";
import { changed, mistakes, production, read } from "./stack.ts";

const waiver = {
  rule: "BAK-02",
  resource: "site",
  reason: "The hoster takes snapshots.",
  by: "Ada",
  expires: "2027-03-31",
};

const cases: RuleCase[] = [
  {
    rule: "name rules that there are",
    bad: {
      "policies.enforcement": { "CTR-99": "advisory" },
      "policies.waivers": [
        { ...waiver, rule: "BAK-77" },
        { ...waiver, rule: "WVR-01" },
      ],
    },
    lines: [
      [
        "policies.enforcement.CTR-99",
        "there is no such rule",
        "Use an id of docs/policies.md or docs/audit.md, or remove it.",
      ],
      [
        "policies.waivers.0.rule",
        "found BAK-77: there is no such rule",
        "Use an id of docs/policies.md or docs/audit.md, or remove the waiver.",
      ],
      [
        "policies.waivers.1.rule",
        "found WVR-01, which cannot be waived",
        "Use an id of docs/policies.md or docs/audit.md, or remove the waiver.",
      ],
    ],
    good: { "policies.enforcement": { "CTR-15": "mandatory" }, "policies.waivers": [waiver] },
  },
  {
    rule: "critical rules are mandatory",
    bad: { "policies.enforcement": { "CTR-01": "off", "NET-01": "advisory" } },
    lines: (
      [
        ["CTR-01", "off"],
        ["NET-01", "advisory"],
      ] as const
    ).map(([id, level]) => [
      `policies.enforcement.${id}`,
      `found ${level} for a critical rule in production`,
      `Remove it; what cannot be mended yet gets a waiver: policies.waivers with rule ${id}.`,
    ]),
    good: { "policies.enforcement": { "CTR-01": "mandatory", "CTR-02": "off", "CTR-15": "mandatory" } },
  },
  {
    rule: "critical rules are mandatory",
    code: "config.unknown-rule",
    base: () => ({ ...production(), tier: "staging" }),
    bad: { "policies.enforcement": { "CTR-00": "off" } },
    lines: [
      [
        "policies.enforcement.CTR-00",
        "there is no such rule",
        "Use an id of docs/policies.md or docs/audit.md, or remove it.",
      ],
    ],
    good: { "policies.enforcement": { "CTR-01": "off" } },
  },
  {
    rule: "once for each rule and resource",
    bad: { "policies.waivers": [waiver, { ...waiver, by: "Grace" }] },
    lines: [["policies.waivers.1", "waives BAK-02 of site a second time", "Keep one of the two."]],
    good: { "policies.waivers": [waiver, { ...waiver, rule: "BAK-01" }, { ...waiver, resource: "backend" }] },
  },
];

describe("settings of policies", () => {
  testRules(policyRules, cases);

  it("take a waiver's last day with quotes and without, which Pulumi hands on as a point in time", () => {
    for (const expires of ["2027-03-31", "2027-03-31 00:00:00 +0000 UTC"]) {
      const { settings } = read(changed(production(), { "policies.waivers": [{ ...waiver, expires }] }));
      assert.equal(settings.policies.waivers[0]?.expires, "2027-03-31");
    }
    for (const expires of ["2027-13-01", "31.03.2027", "soon"])
      assert.deepEqual(mistakes(changed(production(), { "policies.waivers": [{ ...waiver, expires }] })), [
        {
          code: "config.wrong-value",
          path: "policies.waivers.0.expires",
          found: `found "${expires}", expected a day such as 2027-03-31`,
          mend: "Write year, month and day, such as 2027-03-31.",
        },
      ]);
  });
});
