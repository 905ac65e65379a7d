import { serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";

const folder = "/var/lib/postgresql";

export const rule: Rule = {
  id: "PG-01",
  name: "the database's data outlives container and stack",
  description: "Data in a container goes with it, at the next release at the latest.",
  severity: "critical",
  reference: "Docker: Volumes; Pulumi: retainOnDelete",
  mend: "Set `data.keepOnDestroy` to true, and keep PostgreSQL's data in a named volume.",
  decide: {
    site: ({ data }) => when(!data.keepOnDestroy, "found false", "data.keepOnDestroy"),
    container: (container) => {
      if (serviceOf(container) !== "postgres") return undefined;
      const mounts = container.mounts ?? [];
      const at = mounts.findIndex(({ target }) => target === folder || target.startsWith(`${folder}/`));
      const mount = mounts[at];
      if (!mount) return when(true, `none at ${folder}`, "mounts");
      return [
        ...when(mount.type === "tmpfs", "found tmpfs", `mounts.${String(at)}.type`),
        ...when(mount.type === "volume" && !mount.source, "the volume has no name", `mounts.${String(at)}.source`),
      ];
    },
  },
};
