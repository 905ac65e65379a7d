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
  mend: "Run `npm run -s socle -- drill restore --stack NAME`, which records it; `npm run -s socle -- backup evidence --stack NAME` records the one that the server runs by itself every week.",
  ...evidenced("EVD-02", ({ tier }) => ({
    of: "stack",
    oldest: (tier === "production" ? 7 : 30) * day,
    parts: { "": "restore drill" },
    details: ["rows", "hash", "seconds"],
  })),
};
