/** Waits until a container is healthy; where it does not get so, the error shows its last log lines. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

import type { DockerHost } from "./docker-host.ts";
import { task } from "./remote-task.ts";

/**
 * What must not come before the container is healthy depends on this. The provider's own waiting says only that a
 * container is not healthy, and forgets it, so that the next `up` makes another instead of looking again.
 * @param seconds that the container may take
 */
export function healthGate(
  name: string,
  host: DockerHost,
  { container, seconds }: { container: docker.Container; seconds: number },
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return task(
    `${name}-healthy`,
    host.connection,
    { script: "healthy.sh", arguments: [container.name, String(seconds)], timeout: seconds + 180 },
    { ...options, dependsOn: [container] },
  );
}
