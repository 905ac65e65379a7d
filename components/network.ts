/** The two networks of a stack: one without a way out for the data, one for what talks to the world. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { DockerHost } from "./docker-host.ts";

export class Networks extends pulumi.ComponentResource {
  /** Nginx, the application, Certbot. */
  readonly edge: pulumi.Output<string>;
  /** PostgreSQL, Redis and those who use them; no route to anywhere else. */
  readonly data: pulumi.Output<string>;

  constructor(name: string, host: DockerHost, options?: pulumi.ComponentResourceOptions) {
    super("socle:index:Networks", name, {}, { ...options, provider: host.provider });
    const network = (zone: string, internal: boolean): pulumi.Output<string> =>
      new docker.Network(
        `${name}-${zone}`,
        {
          name: `${host.stack}-${zone}`,
          driver: "bridge",
          internal,
          labels: [{ label: "socle.stack", value: host.stack }],
        },
        { parent: this, deleteBeforeReplace: true },
      ).name;
    this.edge = network("edge", false);
    this.data = network("data", true);
    this.registerOutputs({});
  }
}
