/** Backups of database and media: a container of its own in PostgreSQL's image, without a way to the engine. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import type { Application } from "./application.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { healthGate } from "./health-gate.ts";
import { heartbeat } from "./heartbeat.ts";
import { type Image, pulledImage } from "./image.ts";
import type { Networks } from "./network.ts";
import type { Postgres } from "./postgres.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";
import { volumeFiles } from "./volume-files.ts";

export interface BackupArgs {
  settings: Model["backup"];
  /** User and group who may read the media. */
  user: string;
  database: string;
  postgres: Postgres;
  application: Application;
  password: pulumi.Output<string>;
  /** Key of the repository: without it the backups are lost. */
  repositoryKey: pulumi.Output<string>;
  host: DockerHost;
  networks: Networks;
}

const folder = new URL("../host/backup/", import.meta.url);
/** What runs in the container, by name. */
const programs = readdirSync(folder)
  .sort()
  .map((name) => ({ name, mode: "0444", content: readFileSync(new URL(name, folder), "utf8") }));

export class Backup extends pulumi.ComponentResource {
  readonly containerName: pulumi.Output<string>;
  readonly image: Image;
  /** restic's own image. */
  readonly restic: Image;
  readonly volumes: {
    /** The repository here, and the records of what was done. */
    repository: pulumi.Output<string>;
    /** restic and the programs of host/backup. */
    tools: pulumi.Output<string>;
    /** What opens database and repository. */
    secrets: pulumi.Output<string>;
    /** The part of the site's own command in a backup, where there is one. */
    own: pulumi.Output<string> | undefined;
    /** What is known of the copy elsewhere, where there is one. */
    offsite: pulumi.Output<string> | undefined;
  };
  readonly ready: pulumi.Resource;

  constructor(name: string, args: BackupArgs, options?: pulumi.ComponentResourceOptions) {
    const { settings, user, postgres, application, host, networks } = args;
    super("socle:index:Backup", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this };
    // The dump is written by the server's own major version.
    this.image = postgres.image;
    this.restic = pulledImage(`${name}-restic-image`, host, settings.image, this);
    const repository = volume(`${name}-repository`, host, { purpose: "backups" }, parent).name;
    const tools = volume(`${name}-tools`, host, { purpose: "backup-tools" }, parent).name;
    const offsite = settings.offsite && volume(`${name}-offsite`, host, { purpose: "offsite" }, parent).name;
    const secrets = volume(`${name}-secrets`, host, { purpose: "backup-secrets" }, parent).name;
    // Made anew for each backup.
    const own = settings.command && volume(`${name}-own`, host, { purpose: "own-backup" }, parent).name;
    this.volumes = { repository, tools, secrets, own, offsite };

    const owner = task(
      `${name}-volume-owner`,
      host.connection,
      {
        script: "volume-owner.sh",
        arguments: [this.image.imageId, user, repository, ...[own, offsite].filter((each) => each !== undefined)],
      },
      parent,
    );
    const binary = task(
      `${name}-restic`,
      host.connection,
      { script: "restic.sh", arguments: [this.restic.imageId, tools] },
      parent,
    );
    const files = volumeFiles(
      `${name}-programs`,
      {
        host,
        volume: tools,
        image: this.image,
        owner: user,
        files: [...programs, { name: "queries", mode: "0444", content: queries(settings.drill.queries) }],
      },
      // One writer of a volume at a time.
      { ...parent, dependsOn: [binary] },
    );
    const keys = volumeFiles(
      `${name}-secret-files`,
      {
        host,
        volume: secrets,
        image: this.image,
        owner: user,
        files: [
          {
            name: "pgpass",
            mode: "0400",
            content: pulumi.interpolate`postgres:5432:*:${postgres.backupLogin}:${args.password}\n`,
          },
          // Another one arrives where the state was lost, or the stack destroyed: host/backup/adopt.sh.
          { name: "repository-key", mode: "0400", content: args.repositoryKey, kept: true },
        ],
      },
      parent,
    );

    const [uid = "", gid = ""] = user.split(":");
    const server = container(
      name,
      {
        stack: host.stack,
        service: "backup",
        // Two would wait for each other; a backup that is cut off is made again.
        overlap: false,
        image: this.image,
        reference: this.image.reference,
        entrypoint: ["sh", "/tools/schedule.sh"],
        user,
        variables: {
          ...repositoryAccess(host.stack, postgres, settings),
          PGDATABASE: args.database,
          BACKUP_TIMES: settings.times.join(" "),
          ...(own ? { OWN_COMMAND: "yes" } : {}),
          DRILL_DAY: String(days.indexOf(settings.drill.day) + 1),
          ...retention(settings),
        },
        networks: [{ name: networks.data }],
        mounts: [
          { volume: repository, path: "/backups" },
          { volume: application.mediaVolume, path: "/media", readOnly: true },
          { volume: tools, path: "/tools", readOnly: true },
          { volume: secrets, path: "/run/socle", readOnly: true },
          ...(own ? [{ volume: own, path: "/own" }] : []),
          // A copy that was brought back for a drill.
          ...(offsite ? [{ volume: offsite, path: "/offsite" }] : []),
        ],
        temporary: { "/tmp": `uid=${uid},gid=${gid},mode=0700,size=64m` },
        health: heartbeat(60),
        memory: settings.memory,
        cpus: settings.cpus,
        stopGrace: 30,
        // The first process keeps what it has read: another version needs another container.
        labels: { "socle.programs": programsDigest },
      },
      { ...parent, dependsOn: [files, keys, owner, postgres.ready, ...application.ready] },
    );
    this.containerName = server.name;
    this.ready = healthGate(name, host, { container: server }, parent);
    this.registerOutputs({});
  }
}

/** Who asks, where database and repository are and what opens them, and the clock that times are of. */
export const repositoryAccess = (
  stack: string,
  { backupLogin }: Postgres,
  { timeZone }: Model["backup"],
): Record<string, string> => ({
  STACK: stack,
  PGHOST: "postgres",
  PGUSER: backupLogin,
  PGPASSFILE: "/run/socle/pgpass",
  RESTIC_REPOSITORY: "/backups/repository",
  RESTIC_PASSWORD_FILE: "/run/socle/repository-key",
  RESTIC_CACHE_DIR: "/backups/cache",
  TZ: timeZone,
});

/** What is kept, as restic is told. */
export const retention = ({ keep }: Model["backup"]): Record<string, string> => ({
  KEEP_SCHEDULED: `--keep-daily ${String(keep.daily)} --keep-weekly ${String(keep.weekly)} --keep-monthly ${String(keep.monthly)}`,
  KEEP_RELEASE: String(keep.releases),
});

/** As `date +%u` counts them, from 1; what is not among them is 0. */
const days: string[] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** One a line: name, tab, SQL in base64. */
const queries = (named: Record<string, string>): string =>
  Object.entries(named)
    .map(([name, sql]) => `${name}\t${Buffer.from(sql).toString("base64")}\n`)
    .join("");

/** Of what runs from the volume of tools. */
export const programsDigest = createHash("sha256")
  .update(programs.map(({ name, content }) => `${name}\0${content}\0`).join(""))
  .digest("hex")
  .slice(0, 12);
