/** The application's web process, behind Nginx. */
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import type { Application } from "./application.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";

export interface BackendArgs {
  settings: Model["application"];
  commands: Model["commands"];
  application: Application;
  host: DockerHost;
  /** What must be done first: migrations, static files. */
  after: pulumi.Resource[];
}

export class Backend extends pulumi.ComponentResource {
  /** Of the container, which gets the traffic once it is healthy. */
  readonly containerName: pulumi.Output<string>;

  constructor(
    name: string,
    { settings, commands, application, host, after }: BackendArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("socle:index:Backend", name, {}, { ...options, provider: host.provider });
    const server = container(
      name,
      {
        ...application.containerArgs(commands.serve),
        service: "backend",
        // The former release serves until Nginx has moved to this one.
        overlap: true,
        health: { command: commands.health, timeout: 10, startPeriod: settings.startTimeout },
        memory: settings.memory,
        cpus: settings.cpus,
        stopGrace: settings.stopGrace,
      },
      { parent: this, dependsOn: after },
    );
    this.containerName = server.name;
    this.registerOutputs({});
  }
}
