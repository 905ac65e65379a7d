import type { Trial } from "../../../../operations/evidence/record.ts";
import { parseLedger } from "../../../../policies/evidence/ledger.ts";
import { Evidence } from "../../../../policies/evidence/evidence.ts";
import type { EvidenceRecord } from "../../../../policies/evidence/record.ts";
import { today } from "../rule-case.ts";
import type { Case } from "../rule-case.ts";

const image = "image sha256:aaaaaaaaaaaa";

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
      ["evidence, backend tests", `there is no record for ${image}`],
      ["evidence, E2E tests", `there is no record for ${image}`],
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
      ["evidence, backend tests", `there is no record for ${image}; 1 not signed by a key of evidence.publicKeys`],
      ["evidence, E2E tests", `there is no record for ${image}; 1 not signed by a key of evidence.publicKeys`],
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
    found: [["evidence, backend tests", `there is no record for ${image}`]],
    unknown: "application.image",
  },
  {
    rule: "EVD-01",
    kind: "site",
    of: "site",
    bad: {},
    evidence: instead("EVD-01", undefined, { when: "2026-11-19T23:00:00.000Z" }),
    found: [["evidence, backup", "passed on 2026-11-19 by restic 1.2.3, more than 24 hours ago"]],
    goodEvidence: [instead("EVD-01", undefined, { when: "2026-11-20T00:00:00.000Z" })],
    unknown: "name",
  },
  {
    rule: "EVD-01",
    kind: "site",
    of: "site",
    bad: { name: "socle-staging" },
    found: [["evidence, backup", "there is no record for stack socle-staging"]],
    unknown: "name",
  },
  {
    rule: "EVD-02",
    kind: "site",
    of: "site",
    bad: {},
    evidence: instead("EVD-02", undefined, { when: "2026-11-13T00:00:00.000Z" }),
    found: [["evidence, restore drill", "passed on 2026-11-13 by restic 1.2.3, more than 7 days ago"]],
    unknown: "tier",
  },
  {
    rule: "EVD-02",
    kind: "site",
    of: "site",
    // Elsewhere than in production a month is enough.
    base: { tier: "staging" },
    bad: {},
    evidence: instead("EVD-02", undefined, { when: "2026-10-21T00:00:00.000Z" }),
    found: [["evidence, restore drill", "passed on 2026-10-21 by restic 1.2.3, more than 30 days ago"]],
    goodEvidence: [instead("EVD-02", undefined, { when: "2026-11-01T00:00:00.000Z" })],
    unknown: "name",
  },
  {
    rule: "EVD-02",
    kind: "site",
    of: "site",
    bad: {},
    evidence: instead("EVD-02", undefined, { details: { seconds: 40 } }),
    found: [
      ["evidence, restore drill", "the record of 2026-11-20 by restic 1.2.3 does not say `rows`"],
      ["evidence, restore drill", "the record of 2026-11-20 by restic 1.2.3 does not say `hash`"],
    ],
    unknown: "name",
  },
  {
    rule: "EVD-04",
    kind: "site",
    of: "site",
    bad: {},
    evidence: instead("EVD-04", undefined, { subject: `sha256:${"c".repeat(64)}` }),
    found: [["evidence, load test", `there is no record for ${image}`]],
    unknown: "application.image",
  },
  {
    rule: "EVD-05",
    kind: "site",
    of: "site",
    base: { "backup.offSite": true },
    bad: {},
    evidence: without("EVD-05"),
    found: [["evidence, off-site restore", "there is no record for stack socle-production"]],
    silent: { "backup.offSite": false },
    unknown: "backup.offSite",
  },
  {
    rule: "EVD-06",
    kind: "site",
    of: "site",
    bad: {},
    evidence: then("EVD-06", undefined, { result: "failed", details: {} }),
    found: [["evidence, rollback drill", "failed on 2026-11-20 by socle 1.2.3"]],
    unknown: "name",
  },
  {
    rule: "EVD-07",
    kind: "site",
    of: "site",
    bad: { proxy: "0123456789abcdef" },
    found: [["evidence, release under load", "there is no record for the proxy as it is set up (0123456789abcdef)"]],
    unknown: "proxy",
  },
  {
    rule: "EVD-08",
    kind: "site",
    of: "site",
    bad: {},
    evidence: instead("EVD-08", "secrets", { when: "2026-11-13T12:00:00.000Z" }),
    found: [["evidence, scan for secrets", "passed on 2026-11-13 by gitleaks 1.2.3, more than 7 days ago"]],
    unknown: "application.image",
  },
  {
    rule: "EVD-08",
    kind: "site",
    of: "site",
    bad: {},
    evidence: without("EVD-08", "dependencies"),
    found: [["evidence, scan of the packages", `there is no record for ${image}`]],
    unknown: "application.image",
  },
  {
    rule: "EVD-09",
    kind: "site",
    of: "site",
    bad: {},
    evidence: without("EVD-09"),
    found: [["evidence, rehearsal of the migrations", `there is no record for ${image}`]],
    unknown: "application.image",
  },
  {
    rule: "EVD-10",
    kind: "site",
    of: "site",
    base: { refresh: { from: "production" } },
    bad: {},
    evidence: then("EVD-10", undefined, { result: "failed", details: { hits: 2 } }),
    found: [["evidence, leak scan", "failed on 2026-11-20 by socle 1.2.3 (hits 2)"]],
    silent: { refresh: undefined },
    unknown: "refresh",
  },
  {
    rule: "EVD-11",
    kind: "site",
    of: "site",
    base: { monitoring: { enabled: true, receiver: true } },
    bad: {},
    evidence: (records) => without("EVD-11", "alert")(without("EVD-11", "renewal")(records)),
    found: [
      ["evidence, renewal of the certificate", "there is no record for stack socle-production"],
      ["evidence, delivery of an alert", "there is no record for stack socle-production"],
    ],
    silent: { monitoring: undefined, "site.tls.mode": "selfSigned" },
    unknown: "site.tls.mode",
  },
];
