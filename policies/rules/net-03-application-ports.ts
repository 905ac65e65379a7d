import { application, serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "NET-03",
  name: "the application publishes no port",
  description: "Past Nginx there is no TLS, no limit and no header.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.8",
  checklist: "Security: firewall open on 80, 443 and SSH only",
  mend: "Remove `ports` from the container: Nginx reaches it through the stack's own network.",
  decide: {
    container: (container) => {
      if (!application.includes(serviceOf(container) ?? "")) return undefined;
      return (container.ports ?? []).flatMap(({ internal }, index) =>
        when(true, `found port ${String(internal)}`, `ports.${String(index)}`),
      );
    },
  },
};
