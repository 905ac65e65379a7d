import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-01",
  name: "database and media were backed up within a day, and the backup was read back",
  description: "A release that goes wrong is as bad as the last backup is old; one that nobody read back is none.",
  severity: "critical",
  reference: "NIST SP 800-34, 3.4: backup methods; requirements of the deployment gate",
  checklist: "Tests: backup/restore tested",
  mend: "Run `npm run -s socle -- backup evidence --stack NAME`, which records the newest backup; where there is none, `npm run -s socle -- backup now` makes one.",
  ...evidenced("EVD-01", () => ({ of: "stack", oldest: 24, parts: { "": "backup" } })),
};
