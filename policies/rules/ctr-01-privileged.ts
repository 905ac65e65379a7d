import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-01",
  name: "no container is privileged",
  description: "A privileged container has every right of root on the host.",
  severity: "critical",
  reference: "CIS Docker Benchmark 5.5",
  mend: "Remove `privileged` from the container; give it the single capability that it needs, if any.",
  decide: {
    container: ({ privileged }) => when(privileged, "found true", "privileged"),
  },
};
