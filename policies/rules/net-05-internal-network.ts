import { type Rule, when } from "../rule.ts";
import { serviceOf } from "../service.ts";

export const rule: Rule = {
  id: "NET-05",
  name: "the data network has no way out",
  description: "What breaks into the database can then send nothing anywhere.",
  severity: "medium",
  reference: "Docker: docker network create --internal",
  mend: "Set `internal` of the network to true, and connect PostgreSQL and Redis to that network only.",
  decide: {
    network: ({ name = "", internal }) =>
      name.endsWith("-data") ? when(!internal, "is not true", "internal") : undefined,
    container: (container) => {
      if (!["postgres", "redis"].includes(serviceOf(container) ?? "")) return undefined;
      return (container.networksAdvanced ?? []).flatMap(({ name }, index) =>
        when(!name.endsWith("-data"), `found ${name}`, `networksAdvanced.${String(index)}.name`),
      );
    },
  },
};
