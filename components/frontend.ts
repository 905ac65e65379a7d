/** The single-page application: a folder of files for each release, served by Nginx. */
import * as pulumi from "@pulumi/pulumi";

import type { Application } from "./application.ts";
import type { DockerHost } from "./docker-host.ts";
import { type Image, pulledImage } from "./image.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";

export interface FrontendArgs {
  /** Reference of the image; the application's own is not pulled twice. */
  image: string;
  path: string;
  application: Application;
  applicationReference: string;
  /** Releases whose files stay, this one included. */
  keep: number;
  host: DockerHost;
}

export class Frontend extends pulumi.ComponentResource {
  readonly volume: pulumi.Output<string>;
  /** Name of this release's folder in the volume. */
  readonly release: pulumi.Output<string>;
  readonly ready: pulumi.Resource;

  constructor(name: string, args: FrontendArgs, options?: pulumi.ComponentResourceOptions) {
    const { host } = args;
    super("socle:index:Frontend", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this };
    const image: Image =
      args.image === args.applicationReference
        ? args.application.image
        : pulledImage(`${name}-image`, host, args.image, this);
    const files = volume(`${name}-files`, host, { purpose: "frontend" }, parent);
    this.volume = files.name;
    this.release = image.digest.apply((digest) => digest.replace("sha256:", "").slice(0, 12));
    this.ready = task(
      `${name}-copy`,
      host.connection,
      {
        script: "frontend.sh",
        arguments: {
          image: image.imageId,
          path: args.path,
          volume: files.name,
          release: this.release,
          keep: args.keep,
        },
      },
      parent,
    );
    this.registerOutputs({});
  }
}
