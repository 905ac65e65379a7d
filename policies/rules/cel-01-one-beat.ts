import { isKind } from "../resource.ts";
import { serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";
import { known } from "../unknown.ts";

export const rule: Rule = {
  id: "CEL-01",
  name: "there is exactly one beat",
  description: "Two schedulers queue every periodic task twice; none queues nothing.",
  severity: "critical",
  reference: "Celery: Periodic Tasks",
  mend: "Let `beat.enabled` run the only one: no `--beat` in `worker.command`, one container that goes before its successor comes.",
  decide: {
    container: (container, { resource: { options } }) => {
      const service = serviceOf(container);
      if (service === "worker") {
        const words = container.command ?? [];
        return when(
          words.some((word) => word === "--beat" || word === "-B"),
          "the worker runs one of its own",
          "command",
        );
      }
      if (service !== "beat") return undefined;
      return [
        ...when(options.deleteBeforeReplace === false, "two would run while a release goes out", "deleteBeforeReplace"),
        ...when(!container.name, "without a fixed name there can be two", "name"),
      ];
    },
    stack: (resources, { facts }) => {
      const count = resources
        .filter((resource) => isKind(resource, "container"))
        .filter(({ inputs }) => known(() => serviceOf(inputs)) === "beat").length;
      const wanted = facts.beat.enabled ? 1 : 0;
      return when(count !== wanted, `found ${String(count)} containers, expected ${String(wanted)}`, "beat.enabled");
    },
  },
};
