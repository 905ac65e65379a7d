/** The copy of the backups away from the server: a container in restic's image that reads the repository here. */
import * as pulumi from "@pulumi/pulumi";

import type { OperatingCredentials } from "../config/credential-schema.ts";
import type { Model } from "../config/environment.ts";
import type { OffSite as Place } from "../config/off-site-schema.ts";
import { type Backup, programsDigest, retention } from "./backup.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { healthGate } from "./health-gate.ts";
import { heartbeat } from "./heartbeat.ts";
import type { Networks } from "./network.ts";
import { volume } from "./volume.ts";
import { volumeFiles } from "./volume-files.ts";

export interface OffSiteArgs {
  settings: Model["backup"];
  place: Place;
  /** Days back that there is a moment to recover to, where changes of the database are archived. */
  recoverable: number | undefined;
  /** In clear. */
  credentials: OperatingCredentials;
  /** User and group who own the repository here. */
  user: string;
  backup: Backup;
  /** Opens both repositories. */
  repositoryKey: pulumi.Output<string>;
  host: DockerHost;
  networks: Networks;
}

export class OffSite extends pulumi.ComponentResource {
  readonly containerName: pulumi.Output<string>;

  constructor(name: string, args: OffSiteArgs, options?: pulumi.ComponentResourceOptions) {
    const { settings, place, recoverable, credentials, user, backup, host, networks } = args;
    super("socle:index:OffSite", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this };
    const secrets = volume(`${name}-secrets`, host, { purpose: "offsite-secrets" }, parent).name;
    const keys = volumeFiles(
      `${name}-secret-files`,
      {
        host,
        volume: secrets,
        image: backup.image,
        owner: user,
        files: [
          { name: "repository-key", mode: "0400", content: args.repositoryKey, kept: true },
          ...logins(place, credentials).map(([file, content]) => ({
            name: file,
            mode: "0400",
            content: pulumi.secret(content),
          })),
        ],
      },
      parent,
    );
    const [uid = "", gid = ""] = user.split(":");
    const own = `uid=${uid},gid=${gid}`;
    const { offsite } = backup.volumes;
    const server = container(
      name,
      {
        stack: host.stack,
        service: "offsite",
        // One writer of the repository there.
        overlap: false,
        image: backup.restic,
        reference: backup.restic.reference,
        entrypoint: ["sh", "/tools/offsite.sh"],
        user,
        variables: {
          STACK: host.stack,
          HOME: "/tmp",
          RECORDS: "/offsite",
          PLACE: "off-site",
          DRILL_DAYS: String(settings.drill.offsiteDays),
          RESTIC_REPOSITORY: repository(place, host.stack),
          RESTIC_PASSWORD_FILE: "/run/socle/repository-key",
          RESTIC_FROM_PASSWORD_FILE: "/run/socle/repository-key",
          RESTIC_CACHE_DIR: "/offsite/cache",
          ...(place.type === "s3"
            ? { AWS_SHARED_CREDENTIALS_FILE: "/run/socle/credentials", AWS_DEFAULT_REGION: place.region }
            : { OFFSITE_SSH: knownHost(place) }),
          ...retention(settings),
          ARCHIVE_DAYS: String(recoverable ?? ""),
        },
        // The one that dumps the database has no way out.
        networks: [{ name: networks.edge }],
        mounts: [
          { volume: backup.volumes.repository, path: "/backups", readOnly: true },
          ...(offsite ? [{ volume: offsite, path: "/offsite" }] : []),
          { volume: backup.volumes.tools, path: "/tools", readOnly: true },
          { volume: secrets, path: "/run/socle", readOnly: true },
        ],
        temporary: {
          "/tmp": `${own},mode=0700,size=64m`,
          // ssh(1) asks for the name of its user: host/backup/offsite-login.sh.
          ...(place.type === "sftp" ? { "/etc": `${own},mode=0755,size=1m` } : {}),
        },
        health: heartbeat(5),
        memory: settings.memory,
        cpus: settings.cpus,
        stopGrace: 10,
        labels: { "socle.programs": programsDigest },
      },
      { ...parent, dependsOn: [keys, backup.ready] },
    );
    this.containerName = server.name;
    healthGate(name, host, { container: server }, parent);
    this.registerOutputs({});
  }
}

/** As restic names it. */
function repository(place: Place, stack: string): string {
  const path = place.path ?? stack;
  if (place.type === "s3") return `s3:${place.endpoint}/${place.bucket}/${path}`;
  const address = place.address.includes(":") ? `[${place.address}]` : place.address;
  // A path from the root on has a slash of its own after the one that ends the address.
  return `sftp://${place.user}@${address}:${String(place.port)}/${path}`;
}

/** As known_hosts(5) writes the server. */
const knownHost = ({ address, port }: Extract<Place, { type: "sftp" }>): string =>
  port === 22 ? address : `[${address}]:${String(port)}`;

/** Files that open the place, with what they hold. */
function logins(place: Place, credentials: OperatingCredentials): [string, string][] {
  if (place.type === "sftp")
    return [
      ["private-key", `${(credentials.offsitePrivateKey ?? "").trim()}\n`],
      ["known-hosts", `${knownHost(place)} ${place.hostKey}\n`],
    ];
  const { offsiteAccessKey = "", offsiteSecretKey = "" } = credentials;
  return [
    [
      "credentials",
      `[default]\naws_access_key_id = ${offsiteAccessKey}\naws_secret_access_key = ${offsiteSecretKey}\n`,
    ],
  ];
}
