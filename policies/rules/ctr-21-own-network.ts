import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-21",
  name: "containers are on networks of their own",
  description: "On Docker's default bridge every container of the host reaches every other.",
  severity: "medium",
  reference: "CIS Docker Benchmark 5.30",
  mend: "Name the stack's networks in `networksAdvanced`, and one of them as `networkMode`.",
  decide: {
    container: ({ networkMode = "default", networksAdvanced = [] }) => [
      ...when(["default", "bridge"].includes(networkMode), `found ${networkMode}`, "networkMode"),
      ...networksAdvanced.flatMap(({ name }, index) =>
        when(name === "bridge", "found bridge", `networksAdvanced.${String(index)}.name`),
      ),
    ],
  },
};
