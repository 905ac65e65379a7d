import { type Rule, when } from "../rule.ts";

const loose = /^(seccomp|apparmor|systempaths)[:=]unconfined$|^label[:=]disable$/;

export const rule: Rule = {
  id: "CTR-04",
  name: "containers stay confined by seccomp and AppArmor",
  description: "The engine's profiles bar the system calls and files that break-outs use.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.2 and 5.22",
  mend: "Remove the entry from the container's `securityOpts`: the engine's own profiles apply.",
  decide: {
    container: ({ securityOpts = [] }) =>
      securityOpts.flatMap((option, index) =>
        when(loose.test(option), `found ${option}`, `securityOpts.${String(index)}`),
      ),
  },
};
