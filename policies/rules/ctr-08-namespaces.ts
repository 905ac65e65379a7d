import { type Rule, when } from "../rule.ts";

const shared = (mode = ""): boolean => mode === "host" || mode.startsWith("container:") || mode === "shareable";

export const rule: Rule = {
  id: "CTR-08",
  name: "containers have namespaces of their own",
  description: "With the host's network, processes or memory in view, a container is one in name only.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.10, 5.16, 5.17 and 5.31",
  mend: "Remove the mode from the container, and set `ipcMode` to private.",
  decide: {
    container: ({ networkMode, pidMode, ipcMode, usernsMode, cgroupnsMode }) =>
      Object.entries({ networkMode, pidMode, ipcMode, usernsMode, cgroupnsMode }).flatMap(([name, mode]) =>
        when(shared(mode), `found ${mode ?? ""}`, name),
      ),
  },
};
