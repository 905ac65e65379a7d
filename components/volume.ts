/** Named volumes. Those with data outlive the stack unless the settings say otherwise. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { DockerHost } from "./docker-host.ts";

export interface VolumeArgs {
  /** What it holds; its name on the host is STACK-PURPOSE. */
  purpose: pulumi.Input<string>;
  /**
   * Its name changes with its content: the new one is there before the old one goes, and whoever uses the old one is
   * left alone. Said explicitly, since the provider's own default for a named volume is the other way round.
   */
  overlap?: boolean;
  /** Left in place by `pulumi destroy`. Default: no, what can be made anew goes. */
  keep?: boolean;
}

export function volume(
  name: string,
  host: DockerHost,
  { purpose, overlap = false, keep = false }: VolumeArgs,
  options: pulumi.CustomResourceOptions,
): docker.Volume {
  return new docker.Volume(
    name,
    {
      name: pulumi.interpolate`${host.stack}-${purpose}`,
      driver: "local",
      labels: [{ label: "socle.stack", value: host.stack }],
    },
    { ...options, retainOnDelete: keep, deleteBeforeReplace: !overlap },
  );
}
