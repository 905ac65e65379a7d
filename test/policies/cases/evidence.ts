import type { Trial } from "../../../operations/evidence/record.ts";
import { parseLedger } from "../../../policies/evidence/ledger.ts";
import { Evidence } from "../../../policies/evidence/evidence.ts";
import type { EvidenceRecord } from "../../../policies/evidence/record.ts";
import { today } from "../rule-case.ts";
import type { Case } from "../rule-case.ts";

const image = "sha256:aaaaaaaaaaaa";

/** Without the records of a policy, or of one of its trials. */
const without =
  (policy: string, part?: string) =>
  (records: EvidenceRecord[]): EvidenceRecord[] =>
    records.filter((each) => each.policy !== policy || (part !== undefined && each.details["part"] !== part));

/** With another record after those that are there: what an earlier one of the policy said, changed. */
const then =
  (policy: Trial["policy"], part: string | undefined, changes: Partial<EvidenceRecord>) =>
  (records: EvidenceRecord[]): EvidenceRecord[] => {
    const model = records.find((each) => each.policy === policy && (!part || each.details["part"] === part));
    if (!model) throw new Error(`there is no record of ${policy}`);
    return [...without(policy, part)(records), model, { ...model, ...changes }];
  };

/** With the record of a policy as it would be, had it been made otherwise. */
const instead =
  (policy: Trial["policy"], part: string | undefined, changes: Partial<EvidenceRecord>) =>
  (records: EvidenceRecord[]): EvidenceRecord[] => [
    ...without(policy, part)(records),
    ...then(policy, part, changes)(records).slice(-1),
  ];

const brokenLedger = new Evidence([parseLedger("tests", Buffer.from("{}\n"), "evidence/tests.jsonl")], today);

export const evidenceCases: Case[] = [
  {
    rule: "EVD-00",
    kind: "site",
    of: "site",
    bad: {},
    evidence: () => brokenLedger,
    found: [["evidence/tests.jsonl:1", "is no record: policy: Invalid input: expected string, received undefined"]],
    unknown: "evidence",
  },
  {
    rule: "EVD-03",
    kind: "site",
    of: "site",
    bad: {},
    evidence: without("EVD-03"),
    found: [
      ["evidence, backend tests", `there is no record for image ${image}`],
      ["evidence, E2E tests", `there is no record for image ${image}`],
    ],
    unknown: "application.image",
  },
  {
    rule: "EVD-03",
    kind: "site",
    of: "site",
    bad: {},
    evidence: then("EVD-03", "e2e", {
      result: "failed",
      when: "2026-11-20T23:30:00.000Z",
      details: { part: "e2e", failures: 2 },
    }),
    found: [["evidence, E2E tests", "failed on 2026-11-20 by mocha 1.2.3 (failures 2)"]],
    goodEvidence: [then("EVD-03", "e2e", { result: "failed", when: "2026-11-20T22:30:00.000Z" })],
    unknown: "application.image",
  },
  {
    rule: "EVD-03",
    kind: "site",
    of: "site",
    bad: { "application.image": "registry.example.org/site:1.4" },
    found: [
      ["evidence, backend tests", "the image is not named by digest, so that no record can be bound to it"],
      ["evidence, E2E tests", "the image is not named by digest, so that no record can be bound to it"],
    ],
    unknown: "application.image",
  },
  {
    rule: "EVD-03",
    kind: "site",
    of: "site",
    bad: { "evidence.publicKeys": ["MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="] },
    found: [
      [
        "evidence, backend tests",
        `there is no record for image ${image}; 1 not signed by a key of evidence.publicKeys`,
      ],
      ["evidence, E2E tests", `there is no record for image ${image}; 1 not signed by a key of evidence.publicKeys`],
    ],
    unknown: "evidence.publicKeys",
  },
  {
    rule: "EVD-03",
    kind: "site",
    of: "site",
    bad: {},
    evidence: instead("EVD-03", "backend", { expires: "2026-11-20T00:00:00.000Z" }),
    found: [["evidence, backend tests", "passed on 2026-11-20 by pytest 1.2.3; it counted until 2026-11-20"]],
    unknown: "application.image",
  },
  {
    rule: "EVD-03",
    kind: "site",
    of: "site",
    bad: {},
    // What is still to come counts as not there.
    evidence: instead("EVD-03", "backend", { when: "2026-11-22T00:00:00.000Z" }),
    found: [["evidence, backend tests", `there is no record for image ${image}`]],
    unknown: "application.image",
  },
];
