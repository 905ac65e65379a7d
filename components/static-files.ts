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
  /** Done when the host knows what this release names: before it serves, so that nothing of it is ever removed. */
  readonly ready: pulumi.Resource;
  private readonly args: StaticFilesArgs;

  constructor(name: string, args: StaticFilesArgs, options?: pulumi.ComponentResourceOptions) {
    const { application, names, host, networks } = args;
    super("socle:index:StaticFiles", name, {}, { ...options, provider: host.provider });
    this.args = args;
    this.ready = task(
      `${name}-names`,
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
      { parent: this, dependsOn: application.ready },
    );
    this.registerOutputs({});
  }

  /**
   * Removes what no release that serves or is kept names.
   * @param image has a shell, find and awk
   * @param after what says that the release serves
   */
  prune(image: Image, after: pulumi.Resource[]): void {
    const { application, user, keep, host } = this.args;
    task(
      "static-files-pruned",
      host.connection,
      {
        script: "static/prune.sh",
        arguments: [host.stack, application.release, String(keep), image.imageId, user, application.staticVolume],
      },
      { parent: this, dependsOn: [this.ready, ...after] },
    );
  }
}
