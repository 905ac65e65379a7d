import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

const day = 24;

export const rule: Rule = {
  id: "EVD-02",
  name: "a backup was restored for trial, and what came back was counted",
  description:
    "Most backups that fail are found to on the day they are needed. A drill says how long a restore takes, too.",
  severity: "critical",
  reference: "NIST SP 800-34, 3.5: testing of contingency plans",
  checklist: "Tests: backup/restore tested",
  mend: "Run a restore drill and let its tool record it (docs/evidence.md); where none records yet, say in `policies.waivers` how restores are tried.",
  ...evidenced("EVD-02", ({ tier }) => ({
    of: "stack",
    oldest: (tier === "production" ? 7 : 30) * day,
    parts: { "": "restore drill" },
    details: ["rows", "hash", "seconds"],
  })),
};
