/** Named volumes. Those with data outlive the stack unless the settings say otherwise. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { DockerHost } from "./docker-host.ts";

export interface VolumeArgs {
  /** What it holds; its name on the host is STACK-PURPOSE. */
  purpose: pulumi.Input<string>;
  /** Left in place by `pulumi destroy`. Default: no, what can be made anew goes. */
  keep?: boolean;
}

export function volume(
  name: string,
  host: DockerHost,
  { purpose, keep = false }: VolumeArgs,
  options: pulumi.CustomResourceOptions,
): docker.Volume {
  return new docker.Volume(
    name,
    {
      name: pulumi.interpolate`${host.stack}-${purpose}`,
      driver: "local",
      labels: [{ label: "socle.stack", value: host.stack }],
    },
    { ...options, retainOnDelete: keep },
  );
}
