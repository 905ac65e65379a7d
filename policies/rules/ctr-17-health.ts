import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-17",
  name: "containers have a health check",
  description: "A release waits for it before traffic moves; without it a dead process counts as running.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.27",
  mend: "Give the container a `healthcheck` (for an application of preset custom: `application.commands.health`).",
  decide: {
    container: ({ healthcheck: { tests = [] } = {} }) => [
      ...when(tests.length === 0, "is not set", "healthcheck.tests"),
      ...when(tests[0] === "NONE", "is switched off", "healthcheck.tests"),
    ],
  },
};
