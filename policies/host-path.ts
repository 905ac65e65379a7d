/** Folders and files of the host that a container gets to see. */
import { posix } from "node:path";

import type { Container } from "./resource.ts";

export interface HostPath {
  path: string;
  where: string;
}

export function hostPaths({ mounts = [], volumes = [] }: Container): HostPath[] {
  return [
    ...mounts.flatMap((mount, index) =>
      mount.type === "bind" ? [{ path: cleaned(mount.source), where: `mounts.${String(index)}.source` }] : [],
    ),
    ...volumes.flatMap(({ hostPath }, index) =>
      hostPath ? [{ path: cleaned(hostPath), where: `volumes.${String(index)}.hostPath` }] : [],
    ),
  ];
}

/** Without `..`, doubled slashes and a slash at the end, by which a name could be disguised. */
const cleaned = (path = ""): string => posix.normalize(path).replace(/(?<=.)\/$/, "");
