import type { ChecklistLine } from "../checklist.ts";
import { type Rule, when } from "../rule.ts";

/** By setting in `documentation`. */
const lines: Record<string, ChecklistLine> = {
  procedures: "Documentation: procedures",
  contacts: "Documentation: support contacts",
  incidents: "Documentation: incident runbook",
};

export const rule: Rule = {
  id: "DOC-01",
  name: "procedures, contacts and an incident runbook are at hand",
  description: "In the night when they are needed nobody finds what was never written down.",
  severity: "medium",
  reference: "NIST SP 800-61: incident response",
  checklist: Object.values(lines),
  mend: "Name them in `documentation.procedures`, `documentation.contacts` and `documentation.incidents`: a file of the project, or an https address.",
  decide: {
    site: ({ documentation }) =>
      documentation.flatMap(({ name, named, present }) =>
        when(!present, named ? "names a file that is not there" : "is not set", `documentation.${name}`, lines[name]),
      ),
  },
};
