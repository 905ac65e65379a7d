import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-12",
  name: "containers get no devices of the host",
  description: "A device reaches past every other limit: a disk can be read whole.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.18",
  mend: "Remove `devices`, `deviceRequests`, `deviceCgroupRules` and `gpus` from the container.",
  decide: {
    container: ({ devices = [], deviceRequests = [], deviceCgroupRules = [], gpus = "" }) =>
      Object.entries({ devices, deviceRequests, deviceCgroupRules, gpus }).flatMap(([name, { length }]) =>
        when(length > 0, "found some", name),
      ),
  },
};
