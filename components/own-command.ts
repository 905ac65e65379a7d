/** A site's own backup command, in a container of the application's image that runs it when a backup asks. */
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import type { Command } from "../config/preset.ts";
import type { Application } from "./application.ts";
import { type Backup, programsDigest } from "./backup.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { healthGate } from "./health-gate.ts";
import { heartbeat } from "./heartbeat.ts";

export interface OwnCommandArgs {
  command: Command;
  /** How long it may take, and what the application's containers may use. */
  model: Pick<Model, "application" | "backup">;
  application: Application;
  backup: Backup;
  host: DockerHost;
  /** What comes first: the schema that the release's code knows. */
  after: pulumi.Resource[];
}

export class OwnCommand extends pulumi.ComponentResource {
  readonly containerName: pulumi.Output<string>;

  constructor(name: string, args: OwnCommandArgs, options?: pulumi.ComponentResourceOptions) {
    const { command, model, application, backup, host, after } = args;
    const { memory, cpus } = model.application;
    super("socle:index:OwnCommand", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this };
    const shared = application.containerArgs(["sh", "/tools/own.sh", String(model.backup.commandTimeout), ...command]);
    const server = container(
      name,
      {
        ...shared,
        service: "export",
        // A backup asks one.
        overlap: false,
        mounts: [
          ...(shared.mounts ?? []),
          { volume: backup.volumes.tools, path: "/tools", readOnly: true },
          ...(backup.volumes.own ? [{ volume: backup.volumes.own, path: "/own" }] : []),
        ],
        health: heartbeat(5),
        memory,
        cpus,
        stopGrace: 30,
        labels: { ...shared.labels, "socle.programs": programsDigest },
      },
      { ...parent, dependsOn: [backup.ready, ...after] },
    );
    this.containerName = server.name;
    healthGate(name, host, { container: server }, parent);
    this.registerOutputs({});
  }
}
