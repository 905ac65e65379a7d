/** Every change of the database as it happens, for recovery to any moment: a container in PostgreSQL's image receives them. */
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import type { Pitr } from "../config/pitr-schema.ts";
import { type Backup, programsDigest, repositoryAccess } from "./backup.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { healthGate } from "./health-gate.ts";
import { heartbeat } from "./heartbeat.ts";
import type { Networks } from "./network.ts";
import type { Postgres } from "./postgres.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";

export interface ArchiveArgs {
  settings: Pitr;
  backups: Model["backup"];
  /** User and group who own the repository. */
  user: string;
  backup: Backup;
  postgres: Postgres;
  host: DockerHost;
  networks: Networks;
}

export class Archive extends pulumi.ComponentResource {
  readonly containerName: pulumi.Output<string>;
  /** Changes that were received, and how far. */
  readonly volume: pulumi.Output<string>;
  /** Minutes that the repository may be behind. */
  readonly lag: number;
  readonly ready: pulumi.Resource;

  constructor(name: string, args: ArchiveArgs, options?: pulumi.ComponentResourceOptions) {
    const { settings, backups, user, backup, postgres, host, networks } = args;
    super("socle:index:Archive", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this };
    this.lag = settings.lag;
    this.volume = volume(`${name}-changes`, host, { purpose: "archive" }, parent).name;
    const owner = task(
      `${name}-volume-owner`,
      host.connection,
      { script: "volume-owner.sh", arguments: [postgres.image.imageId, user, this.volume] },
      parent,
    );
    const access = task(
      `${name}-access`,
      host.connection,
      {
        script: "postgres/archive.sh",
        arguments: [host.stack, postgres.backupLogin, "on", String(settings.pending), postgres.containerId],
        remove: ["postgres/archive.sh", host.stack, postgres.backupLogin, "off"],
      },
      { ...parent, dependsOn: [postgres.ready] },
    );
    const [uid = "", gid = ""] = user.split(":");
    const server = container(
      name,
      {
        stack: host.stack,
        service: "archive",
        // One receiver.
        overlap: false,
        image: postgres.image,
        reference: postgres.image.reference,
        entrypoint: ["sh", "/tools/archive.sh"],
        user,
        variables: {
          ...repositoryAccess(host.stack, postgres, backups),
          PGDATABASE: "postgres",
          ARCHIVE_DAYS: String(settings.days),
          ARCHIVE_TIME: settings.time,
          ARCHIVE_MINUTES: String(settings.lag),
          ARCHIVE_PENDING: String(settings.pending),
        },
        networks: [{ name: networks.data }],
        mounts: [
          { volume: this.volume, path: "/archive" },
          { volume: backup.volumes.repository, path: "/backups" },
          { volume: backup.volumes.tools, path: "/tools", readOnly: true },
          { volume: backup.volumes.secrets, path: "/run/socle", readOnly: true },
        ],
        temporary: { "/tmp": `uid=${uid},gid=${gid},mode=0700,size=64m` },
        health: heartbeat(5),
        memory: backups.memory,
        cpus: backups.cpus,
        stopGrace: 30,
        labels: { "socle.programs": programsDigest },
      },
      { ...parent, dependsOn: [owner, access, backup.ready] },
    );
    this.containerName = server.name;
    this.ready = healthGate(name, host, { container: server }, parent);
    this.registerOutputs({});
  }
}
