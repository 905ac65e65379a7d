import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-23",
  name: "no container publishes all its ports",
  description: "Every port that its image names would be open to the world, under a number that nobody chose.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.9",
  checklist: "Security: firewall open on 80, 443 and SSH only",
  mend: "Remove `publishAllPorts` from the container.",
  decide: {
    container: ({ publishAllPorts }) => when(publishAllPorts, "found true", "publishAllPorts"),
  },
};
