/** Waits until a container is healthy; where it does not get so, the error shows its last log lines. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

import type { DockerHost } from "./docker-host.ts";
import { task } from "./remote-task.ts";

/** Seconds that a container may take to become healthy, where nothing else is said. */
export const patience = 120;

export interface HealthGateArgs {
  container: docker.Container;
  /** Seconds that the container may take. Default 120. */
  seconds?: number;
  after?: pulumi.Resource[];
}

/**
 * What must not come before the container is healthy depends on this; a container that the traffic moves to is waited for
 * by the switch (nginx.ts). The container's own check is asked at once; the engine first asks when an interval is over. The
 * provider's own waiting says only that a container is not healthy, and forgets it, so that the next `up` makes another
 * instead of looking again.
 */
export function healthGate(
  name: string,
  host: DockerHost,
  { container, seconds = patience, after = [] }: HealthGateArgs,
  options: { parent: pulumi.Resource },
): pulumi.Resource {
  // A name that is always the same does not say that the container is new.
  const identity = container.id.apply((id) => id.slice(0, 12));
  return task(
    `${name}-healthy`,
    host.connection,
    {
      script: "healthy.sh",
      arguments: [container.name, String(seconds), "alone", identity],
      timeout: seconds + 180,
    },
    { ...options, dependsOn: [container, ...after] },
  );
}
