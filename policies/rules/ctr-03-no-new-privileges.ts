import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-03",
  name: "containers gain no new privileges",
  description: "Without it a program with the set-user-ID bit makes a process root again.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.26",
  mend: "Add `no-new-privileges:true` to the container's `securityOpts`.",
  decide: {
    container: ({ securityOpts = [] }) =>
      when(
        !securityOpts.some((option) => /^no-new-privileges([:=]true)?$/.test(option)),
        "no-new-privileges is not among them",
        "securityOpts",
      ),
  },
};
