import { application, serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-15",
  name: "application and Nginx cannot change their own files",
  description: "A break-in finds no place to leave anything; what must be written goes to memory or a volume.",
  severity: "medium",
  reference: "CIS Docker Benchmark 5.13",
  mend: "Set the container's `readOnly` to true and `tmpfs` to the folders that it writes, such as /tmp.",
  decide: {
    container: (container) => {
      const service = serviceOf(container);
      if (service === undefined || ![...application, "nginx"].includes(service)) return undefined;
      const { readOnly, tmpfs = {} } = container;
      return [
        ...when(!readOnly, "is not true", "readOnly"),
        ...when(Object.keys(tmpfs).length === 0, "names no folder in memory", "tmpfs"),
      ];
    },
  },
};
