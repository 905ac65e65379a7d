import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-01",
  name: "database and media were backed up within a day, and the backup was read back",
  description: "A release that goes wrong is as bad as the last backup is old; one that nobody read back is none.",
  severity: "critical",
  reference: "NIST SP 800-34, 3.4: backup methods; requirements of the deployment gate",
  checklist: "Tests: backup/restore tested",
  mend: "Make a backup and let its tool record it (docs/evidence.md); where none records yet, say in `policies.waivers` how the backups are looked after.",
  ...evidenced("EVD-01", () => ({ of: "stack", oldest: 24, parts: { "": "backup" } })),
};
