import { hostPaths } from "../host-path.ts";
import { type Rule, when } from "../rule.ts";

const system = [
  "/etc",
  "/proc",
  "/sys",
  "/boot",
  "/dev",
  "/lib",
  "/lib64",
  "/usr",
  "/bin",
  "/sbin",
  "/root",
  "/var/lib/docker",
];

export const rule: Rule = {
  id: "CTR-07",
  name: "no container sees the host's system folders",
  description: "What is mounted from there can be read, and mostly written, by whoever breaks into the container.",
  severity: "critical",
  reference: "CIS Docker Benchmark 5.6",
  mend: "Remove the entry from the container's `mounts`; keep data in a named volume.",
  decide: {
    container: (container) =>
      hostPaths(container).flatMap(({ path, where }) =>
        when(
          path === "/" || system.some((folder) => path === folder || path.startsWith(`${folder}/`)),
          `found ${path}`,
          where,
        ),
      ),
  },
};
