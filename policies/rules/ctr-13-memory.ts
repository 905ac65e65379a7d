import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-13",
  name: "containers have a memory limit",
  description: "One that leaks takes the database down with it.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.11",
  mend: "Set the service's `memory` (`application.memory`, `worker.memory`, `postgres.memory` …), in MiB.",
  decide: {
    container: ({ memory = 0 }) => when(memory <= 0, "is not set", "memory"),
  },
};
