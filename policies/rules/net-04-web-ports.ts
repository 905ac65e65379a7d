import { application, serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "NET-04",
  name: "only Nginx publishes ports, and only 80 and 443",
  description: "Every other open port is one more way in that nobody watches.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.8",
  checklist: "Security: firewall open on 80, 443 and SSH only",
  mend: "Remove `site.ports`: the published ports are 80 and 443; remove `ports` from every other container.",
  decide: {
    container: (container) => {
      const service = serviceOf(container) ?? "";
      // Those have rules of their own, NET-01 and NET-03.
      if (["postgres", "redis", ...application].includes(service)) return undefined;
      return (container.ports ?? []).flatMap(({ external, internal }, index) => {
        const where = `ports.${String(index)}`;
        if (service !== "nginx") return when(true, `found port ${String(external ?? internal)}`, where);
        return when(external !== 80 && external !== 443, `found port ${String(external ?? "chosen by chance")}`, where);
      });
    },
  },
};
