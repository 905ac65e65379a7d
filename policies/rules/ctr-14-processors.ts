import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-14",
  name: "containers have a limit or a share of the processors",
  description: "One that spins leaves the others nothing.",
  severity: "medium",
  reference: "CIS Docker Benchmark 5.12",
  mend: "Set the service's `cpus` (`application.cpus`, `worker.cpus`, `postgres.cpus` …).",
  decide: {
    container: ({ cpus = "", cpuShares = 0, cpuQuota = 0 }) =>
      when(!(Number(cpus) > 0) && cpuShares <= 0 && cpuQuota <= 0, "is not set", "cpus"),
  },
};
