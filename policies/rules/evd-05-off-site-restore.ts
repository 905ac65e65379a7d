import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-05",
  name: "the copy off the server was restored for trial",
  description: "It is the one that is left when the server is lost, and the one that is tried least.",
  severity: "high",
  reference: "NIST SP 800-34, 3.4.2: offsite storage",
  checklist: "Tests: backup/restore tested",
  mend: "Run `npm run -s socle -- drill restore --offsite --stack NAME` every month, which records it.",
  ...evidenced("EVD-05", ({ backup }) =>
    // That there is an off-site copy at all is BAK-02's to ask for.
    backup?.offSite ? { of: "stack", oldest: 30 * 24, parts: { "": "off-site restore" } } : undefined,
  ),
};
