import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "DOC-01",
  name: "procedures, contacts and an incident runbook are at hand",
  description: "In the night when they are needed nobody finds what was never written down.",
  severity: "medium",
  reference: "NIST SP 800-61: incident response",
  checklist: "Documentation: procedures, support contacts, incident runbook",
  mend: "Name them in `documentation.procedures`, `documentation.contacts` and `documentation.incidents`: a file of the project, or an https address.",
  decide: {
    site: ({ documentation }) =>
      documentation.flatMap(({ name, named, present }) =>
        when(!present, named ? "names a file that is not there" : "is not set", `documentation.${name}`),
      ),
  },
};
