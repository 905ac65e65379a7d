import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "DJ-01",
  name: "DEBUG is off",
  description: "Django's error pages show settings and source to visitors.",
  severity: "critical",
  reference: "Django security.W018",
  checklist: "Security: DEBUG off",
  mend: "Set `application.debug` to false or remove it.",
  decide: {
    site: ({ variables }) =>
      when(!/^(false|0|no|off)$/i.test(variables["DEBUG"] ?? "True"), "is on", "application.debug"),
  },
};
