/** Waits until a container is healthy; where it does not get so, the error shows its last log lines. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

import type { DockerHost } from "./docker-host.ts";
import { task } from "./remote-task.ts";

/**
 * What must not come before the container is healthy depends on this. The provider's own waiting says only that a
 * container is not healthy, and forgets it, so that the next `up` makes another instead of looking again.
 * @param args `seconds` that the container may take; `settled`: the finding of the engine counts alone, which asks but
 * every interval; else the container's check is asked at once, too; `after`: what comes before
 */
export function healthGate(
  name: string,
  host: DockerHost,
  args: { container: docker.Container; seconds: number; settled?: boolean; after?: pulumi.Resource[] },
  options: { parent: pulumi.Resource },
): pulumi.Resource {
  const { container, seconds, settled = false, after = [] } = args;
  return task(
    settled ? `${name}-settled` : `${name}-healthy`,
    host.connection,
    {
      script: "healthy.sh",
      arguments: [container.name, String(seconds), ...(settled ? ["engine"] : [])],
      timeout: seconds + 180,
    },
    { ...options, dependsOn: [container, ...after] },
  );
}
