import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-18",
  name: "containers start again after a crash and a reboot",
  description: "The benchmark counts attempts; services that are always on have nobody to start them by hand.",
  severity: "medium",
  reference: "CIS Docker Benchmark 5.15, with a deviation: services that are always on",
  mend: "Set the container's `restart` to unless-stopped.",
  decide: {
    container: ({ restart = "no" }) =>
      when(!["unless-stopped", "always"].includes(restart), `found ${restart}`, "restart"),
  },
};
