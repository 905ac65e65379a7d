/** Static files of several releases in one volume: what each release names, and the removal of what none that is kept does. */
import * as pulumi from "@pulumi/pulumi";

import type { Command } from "../config/preset.ts";
import type { Application } from "./application.ts";
import type { DockerHost } from "./docker-host.ts";
import type { Image } from "./image.ts";
import type { Networks } from "./network.ts";
import { task } from "./remote-task.ts";

export interface StaticFilesArgs {
  application: Application;
  /** User and group whose the files are. */
  user: string;
  /** Prints the names of the release's files. */
  names: Command;
  /** Releases whose files stay, this one included. */
  keep: number;
  host: DockerHost;
  networks: Networks;
}

export class StaticFiles extends pulumi.ComponentResource {
  private readonly args: StaticFilesArgs;

  constructor(name: string, args: StaticFilesArgs, options?: pulumi.ComponentResourceOptions) {
    super("socle:index:StaticFiles", name, {}, { ...options, provider: args.host.provider });
    this.args = args;
  }

  /**
   * Keeps what this release names, and removes what no release that serves or is kept names. Where one of these said nothing,
   * as after a deployment that was cut off in between, nothing is removed.
   * @param image has a shell, find and awk
   * @param after what says that the release serves
   */
  prune(image: Image, after: pulumi.Resource[]): void {
    const { application, names, user, keep, host, networks } = this.args;
    const parent = { parent: this };
    const named = task(
      "static-files-names",
      host.connection,
      {
        script: "static/names.sh",
        arguments: [
          host.stack,
          application.release,
          `${host.stack}-static-names`,
          networks.edge,
          ...application.createArguments("static-names"),
          ...names,
        ],
      },
      { ...parent, dependsOn: [...application.ready, ...after] },
    );
    task(
      "static-files-pruned",
      host.connection,
      {
        script: "static/prune.sh",
        arguments: {
          stack: host.stack,
          release: application.release,
          keep,
          image: image.imageId,
          user,
          volume: application.staticVolume,
        },
      },
      { ...parent, dependsOn: [named, ...after] },
    );
    this.registerOutputs({});
  }
}
