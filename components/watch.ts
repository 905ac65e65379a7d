/** Tells the webhook when backups fail or are overdue: a container that has no part in making them. */
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import type { Archive } from "./archive.ts";
import { type Backup, programsDigest } from "./backup.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { heartbeat } from "./heartbeat.ts";
import { healthGate } from "./health-gate.ts";
import type { Image } from "./image.ts";
import type { Networks } from "./network.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";
import { volumeFiles } from "./volume-files.ts";

export interface WatchArgs {
  settings: Model["backup"];
  messages: Model["notifications"];
  /** Address, in clear. */
  webhook: string;
  /** User and group who may read the records. */
  user: string;
  /** One that has curl(1): Nginx's. */
  image: Image;
  backup: Backup;
  /** Where changes of the database are archived. */
  archive: Archive | undefined;
  host: DockerHost;
  networks: Networks;
}

export class Watch extends pulumi.ComponentResource {
  readonly containerName: pulumi.Output<string>;

  constructor(name: string, args: WatchArgs, options?: pulumi.ComponentResourceOptions) {
    const { settings, messages, user, image, backup, archive, host, networks } = args;
    super("socle:index:Watch", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this };
    const memory = volume(`${name}-memory`, host, { purpose: "watch" }, parent).name;
    const secrets = volume(`${name}-secrets`, host, { purpose: "watch-secrets" }, parent).name;
    const owner = task(
      `${name}-volume-owner`,
      host.connection,
      { script: "volume-owner.sh", arguments: [image.imageId, user, memory] },
      parent,
    );
    // As a configuration of curl(1), which quotes with backslashes.
    const address = fromContainer(args.webhook).replaceAll(/["\\]/g, (mark) => `\\${mark}`);
    const files = volumeFiles(
      `${name}-secret-files`,
      {
        host,
        volume: secrets,
        image,
        owner: user,
        files: [{ name: "webhook", mode: "0400", content: pulumi.secret(`url = "${address}"\n`) }],
      },
      parent,
    );
    const [uid = "", gid = ""] = user.split(":");
    const { offsite } = backup.volumes;
    const server = container(
      name,
      {
        stack: host.stack,
        service: "watch",
        overlap: false,
        image,
        reference: image.reference,
        entrypoint: ["sh", "/tools/watch.sh"],
        user,
        variables: {
          STACK: host.stack,
          BACKUP_HOURS: String(settings.overdue.backup),
          DRILL_HOURS: settings.drill.day === "never" ? "" : String(settings.overdue.drill),
          COPY_HOURS: settings.offsite ? String(settings.overdue.copy) : "",
          OFFSITE_DRILL_HOURS: settings.drill.offsiteDays === 0 ? "" : String(settings.overdue.offsiteDrill),
          ARCHIVE_MINUTES: archive ? String(archive.lag) : "",
          MESSAGE_NAME: messages.name,
          MESSAGE_CHANNEL: messages.channel ?? "",
        },
        networks: [{ name: networks.edge }],
        reachesHost: args.webhook.startsWith("http:"),
        mounts: [
          { volume: backup.volumes.repository, path: "/backups", readOnly: true },
          ...(offsite ? [{ volume: offsite, path: "/offsite", readOnly: true }] : []),
          ...(archive ? [{ volume: archive.volume, path: "/archive", readOnly: true }] : []),
          { volume: backup.volumes.tools, path: "/tools", readOnly: true },
          { volume: memory, path: "/watch" },
          { volume: secrets, path: "/run/socle", readOnly: true },
        ],
        temporary: { "/tmp": `uid=${uid},gid=${gid},mode=0700,size=4m` },
        health: heartbeat(5),
        memory: 48,
        cpus: 0.2,
        stopGrace: 10,
        labels: { "socle.programs": programsDigest },
      },
      { ...parent, dependsOn: [owner, files, backup.ready, ...(archive ? [archive.ready] : [])] },
    );
    this.containerName = server.name;
    healthGate(name, host, { container: server }, parent);
    this.registerOutputs({});
  }
}

/** A container's own localhost is nobody: what the settings call so is the host. */
const fromContainer = (address: string): string =>
  address.replace(/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/, "http://host.docker.internal");
