/** Secret files in a volume: so they reach a container without showing in `docker inspect`, processes or logs. */
import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import type { DockerHost } from "./docker-host.ts";
import type { Image } from "./image.ts";
import { task } from "./remote-task.ts";

export interface VolumeFilesArgs {
  host: DockerHost;
  volume: pulumi.Input<string>;
  /** Image of the container that does the writing: any with a shell. */
  image: Image;
  /** Numeric user and group who may read the files. */
  owner: string;
  /** Leave files alone that are there already. Default: no. */
  onlyMissing?: boolean;
  files: {
    name: string;
    mode: string;
    content: pulumi.Input<string>;
    /** Its content cannot be made again: where another one arrives, the present one is kept beside it. */
    kept?: boolean;
  }[];
}

export function volumeFiles(
  name: string,
  args: VolumeFilesArgs,
  options: pulumi.CustomResourceOptions,
): command.local.Command {
  const lines = args.files.map(({ name: file, mode, content }) =>
    pulumi.output(content).apply((text) => `${file} ${mode} ${Buffer.from(text).toString("base64")}`),
  );
  return task(
    name,
    args.host.connection,
    {
      script: "volume-files.sh",
      arguments: [
        args.volume,
        args.image.imageId,
        args.owner,
        args.onlyMissing ? "missing" : "all",
        ...args.files.filter(({ kept }) => kept).map(({ name: file }) => file),
      ],
      input: pulumi.secret(pulumi.all(lines).apply((all) => `${all.join("\n")}\n`)),
      secret: true,
    },
    options,
  );
}
