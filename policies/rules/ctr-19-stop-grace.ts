import { serviceOf } from "../service.ts";
import type { Facts } from "../../config/facts.ts";
import { type Rule, when } from "../rule.ts";

/** Seconds that a service needs to end in peace, and the setting that says so. */
const drains: Record<string, (facts: Facts) => [number, string]> = {
  backend: ({ application }) => [application.timeout, "application.timeout"],
  worker: ({ worker }) => [worker.longestTask, "worker.longestTask"],
  nginx: ({ nginx }) => [nginx.drain, "nginx.drain"],
};

export const rule: Rule = {
  id: "CTR-19",
  name: "containers get the time to finish their work",
  description: "One that is killed before drops requests or tasks at every release.",
  severity: "high",
  reference: "docs/architecture.md: the way of a release",
  mend: "Set the service's `stopGrace` above the time that its work takes (`application.timeout`, `worker.longestTask`, `nginx.drain`).",
  decide: {
    container: (container, { facts }) => {
      const drain = drains[serviceOf(container) ?? ""];
      if (!drain) return undefined;
      const [seconds, setting] = drain(facts);
      const { stopTimeout = 10, destroyGraceSeconds = 0 } = container;
      return Object.entries({ stopTimeout, destroyGraceSeconds }).flatMap(([name, grace]) =>
        when(grace < seconds, `found ${String(grace)} s, less than ${setting} (${String(seconds)} s)`, name),
      );
    },
  },
};
