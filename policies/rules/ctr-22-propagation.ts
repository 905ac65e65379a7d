import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-22",
  name: "mounts are not passed on to the host",
  description: "With shared propagation, what a container mounts appears on the host.",
  severity: "medium",
  reference: "CIS Docker Benchmark 5.20",
  mend: "Remove `bindOptions.propagation` from the mount.",
  decide: {
    container: ({ mounts = [] }) =>
      mounts.flatMap(({ type, bindOptions }, index) =>
        when(
          type === "bind" && /^r?shared$/.test(bindOptions?.propagation ?? ""),
          `found ${bindOptions?.propagation ?? ""}`,
          `mounts.${String(index)}.bindOptions.propagation`,
        ),
      ),
  },
};
