/** What every process of the application shares: image, environment, volumes, and how a command is run with them. */
import { createHmac } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { type Credentials, type Model, secretVariables } from "../config/environment.ts";
import { isPinned } from "../config/image-reference.ts";
import type { Command } from "../config/preset.ts";
import type { ContainerArgs, Mount } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { type Image, localImage, pulledImage } from "./image.ts";
import type { Networks } from "./network.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";
import { volumeFiles } from "./volume-files.ts";

export interface ApplicationArgs {
  settings: Model["application"];
  postgres: Model["postgres"];
  variables: Model["variables"];
  /** The site's own secrets, by variable name. */
  secrets: Record<string, pulumi.Output<string>>;
  credentials: { [Name in keyof Credentials]: pulumi.Input<Credentials[Name]> };
  /** Key of the hash that stands for the environment in labels. */
  hashKey: pulumi.Output<string>;
  /** For work on volumes: has a shell, and is not another one with each release. */
  tools: Image;
  host: DockerHost;
  networks: Networks;
}

/** Reads the environment and becomes the command, which so gets PID 1 and every signal. */
const enter = 'set -a; . /run/socle/environment; set +a; exec "$@"';

export class Application extends pulumi.ComponentResource {
  readonly image: Image;
  /** Short hash of image and environment: what a container of this release is told apart by. */
  readonly release: pulumi.Output<string>;
  readonly staticVolume: pulumi.Output<string>;
  readonly mediaVolume: pulumi.Output<string>;
  /** Done when environment and volumes are in place. */
  readonly ready: pulumi.Resource[];
  private readonly environmentVolume: pulumi.Output<string>;
  private readonly environmentHash: pulumi.Output<string>;
  private readonly args: ApplicationArgs;

  constructor(name: string, args: ApplicationArgs, options?: pulumi.ComponentResourceOptions) {
    const { settings, host, tools } = args;
    super("socle:index:Application", name, {}, { ...options, provider: host.provider });
    this.args = args;
    const parent = { parent: this };
    this.image = isPinned(settings.image)
      ? pulledImage(`${name}-image`, host, settings.image, this)
      : localImage(host, settings.image, this);

    const media = volume(`${name}-media`, host, { purpose: "media" }, parent);
    const statics = volume(`${name}-static`, host, { purpose: "static" }, parent);
    const owner = task(
      `${name}-volume-owner`,
      host.connection,
      { script: "volume-owner.sh", arguments: [tools.imageId, settings.user, media.name, statics.name] },
      parent,
    );

    const environment = this.environment();
    const hash = pulumi.unsecret(
      pulumi
        .all([environment, args.hashKey])
        .apply(([text, key]) => createHmac("sha256", key).update(text).digest("hex").slice(0, 12)),
    );
    // A volume for each environment: containers of the former release find theirs as it was, also after a restart.
    const folder = volume(
      `${name}-environment`,
      host,
      // Removed by the task below: a release may come back to an environment that Pulumi has yet to delete.
      { purpose: "environment", called: pulumi.interpolate`environment-${hash}`, overlap: true },
      parent,
    );
    const former = task(
      `${name}-environment-volumes`,
      host.connection,
      {
        script: "environment-volumes.sh",
        arguments: [host.stack, folder.name],
        remove: ["environment-volumes.sh", host.stack],
      },
      parent,
    );
    const files = volumeFiles(
      `${name}-environment-file`,
      {
        host,
        volume: folder.name,
        image: tools,
        owner: settings.user,
        files: [{ name: "environment", mode: "0400", content: environment }],
      },
      parent,
    );

    this.environmentVolume = folder.name;
    this.environmentHash = hash;
    this.release = pulumi
      .all([this.image.digest, hash])
      .apply(([digest, environmentHash]) => `${digest.replace("sha256:", "").slice(0, 12)}-${environmentHash}`);
    this.mediaVolume = media.name;
    this.staticVolume = statics.name;
    // The last of them goes when no container is left, after all that come after it here.
    this.ready = [owner, files, former];
    this.registerOutputs({});
  }

  /** What a container of the application has whatever it runs. */
  containerArgs(
    command: Command,
  ): Pick<
    ContainerArgs,
    | "stack"
    | "image"
    | "reference"
    | "entrypoint"
    | "command"
    | "user"
    | "variables"
    | "networks"
    | "mounts"
    | "temporary"
    | "labels"
  > {
    const { settings, host, networks } = this.args;
    return {
      stack: host.stack,
      image: this.image,
      reference: this.image.reference,
      ...entered(command),
      user: settings.user,
      variables: { SOCLE_RELEASE: this.release },
      networks: [{ name: networks.edge }, { name: networks.data }],
      mounts: this.mounts(),
      temporary: temporary(settings.user),
      labels: { "socle.environment": this.environmentHash, "socle.release": this.release },
    };
  }

  /** A health check that sees the application's environment. */
  health(command: Command): Command {
    const { entrypoint, command: words } = entered(command);
    return [...entrypoint, ...words];
  }

  /**
   * Runs one command of the application in a container of its own.
   * @param args `input`: its standard input, a secret; `once`: a new image or environment does not run it again
   */
  oneOff(
    name: string,
    purpose: string,
    command: Command,
    args: { variables?: Record<string, string>; input?: pulumi.Output<string>; once?: boolean; timeout?: number },
    options: pulumi.CustomResourceOptions,
  ): pulumi.Resource {
    const { host, networks } = this.args;
    return task(
      name,
      host.connection,
      {
        script: "task.sh",
        arguments: [
          `${host.stack}-${purpose}`,
          networks.edge,
          ...this.createArguments(purpose, args.variables),
          ...command,
        ],
        ...(args.input ? { input: args.input, secret: true } : {}),
        once: args.once ?? false,
        timeout: args.timeout ?? 1800,
      },
      options,
    );
  }

  /** Arguments of `docker create` for a one-off task of the application, up to the words of its command. */
  createArguments(purpose: string, variables: Record<string, string> = {}): pulumi.Input<string>[] {
    const { settings, host, networks } = this.args;
    const { entrypoint, command } = entered([]);
    const flags = [
      `--user=${settings.user}`,
      "--read-only",
      "--cap-drop=ALL",
      "--security-opt=no-new-privileges:true",
      `--memory=${String(settings.memory)}m`,
      `--memory-swap=${String(settings.memory)}m`,
      "--log-driver=none",
      "--no-healthcheck",
      `--label=socle.stack=${host.stack}`,
      `--label=socle.task=${purpose}`,
      ...Object.entries(temporary(settings.user)).map(([path, mode]) => `--tmpfs=${path}:${mode}`),
      ...Object.entries(variables).map(([key, value]) => `--env=${key}=${value}`),
      `--entrypoint=${entrypoint[0] ?? ""}`,
    ];
    const mounts = this.mounts().map(
      ({ volume: source, path, readOnly }) =>
        pulumi.interpolate`--mount=type=volume,source=${source},target=${path},volume-nocopy${readOnly ? ",readonly" : ""}`,
    );
    return [
      pulumi.interpolate`--network=${networks.data}`,
      ...flags,
      ...mounts,
      this.image.imageId,
      ...entrypoint.slice(1),
      ...command,
    ];
  }

  private mounts(): Mount[] {
    const { settings } = this.args;
    return [
      { volume: this.staticVolume, path: settings.staticPath },
      { volume: this.mediaVolume, path: settings.mediaPath },
      { volume: this.environmentVolume, path: "/run/socle", readOnly: true },
    ];
  }

  /** The environment as a file that a shell reads, sorted so that its hash is stable. */
  private environment(): pulumi.Output<string> {
    const { credentials, secrets, variables, postgres } = this.args;
    return pulumi.secret(
      pulumi.all([credentials, secrets]).apply(([generated, own]) =>
        Object.entries({ ...variables, ...secretVariables({ postgres }, generated, own) })
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => `${key}='${value.replaceAll("'", `'\\''`)}'\n`)
          .join(""),
      ),
    );
  }
}

function entered(command: Command): { entrypoint: Command; command: Command } {
  return { entrypoint: ["/bin/sh", "-c", enter], command: ["socle", ...command] };
}

function temporary(user: string): Record<string, string> {
  const [uid, gid] = user.split(":");
  return { "/tmp": `uid=${uid ?? ""},gid=${gid ?? ""},mode=0700,size=256m` };
}
