import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "MON-01",
  name: "the site is watched, and somebody is told",
  description: "Else visitors are the ones who notice.",
  severity: "high",
  reference: "Prometheus: Alerting; Google SRE Book, chapter 6",
  checklist: "Configuration: monitoring on",
  mend: "This version watches nothing: have the health path watched from outside, and say so in a waiver (`policies.waivers`) that ends soon.",
  decide: {
    site: ({ monitoring }) => [
      ...when(!monitoring?.enabled, "there is no monitoring", "monitoring.enabled"),
      ...when(!monitoring?.receiver, "nobody is told", "monitoring.receiver"),
    ],
  },
};
