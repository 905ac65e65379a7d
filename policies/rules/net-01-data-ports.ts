import { serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "NET-01",
  name: "PostgreSQL and Redis publish no port",
  description:
    "Published ports go round the host's firewall; below Docker 28 those on 127.0.0.1 are open to neighbours too.",
  severity: "critical",
  reference: "CIS Docker Benchmark 5.14; Docker Engine 28 release notes",
  checklist: "Security: firewall open on 80, 443 and SSH only",
  mend: "Remove `ports` from the container; reach it through the stack's own network, or over SSH.",
  decide: {
    container: (container) => {
      if (!["postgres", "redis"].includes(serviceOf(container) ?? "")) return undefined;
      return (container.ports ?? []).flatMap(({ internal }, index) =>
        when(true, `found port ${String(internal)}`, `ports.${String(index)}`),
      );
    },
  },
};
