/** PostgreSQL: its data, its container, its roles and the application's database. */
import { readFileSync } from "node:fs";

import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import type { Model } from "../config/environment.ts";
import { postgresSettings } from "../config/postgres-settings.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { healthGate } from "./health-gate.ts";
import { type Image, pulledImage } from "./image.ts";
import type { Networks } from "./network.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";
import { volumeFiles } from "./volume-files.ts";

export interface PostgresArgs {
  settings: Model["postgres"];
  image: string;
  /** Generation of the application's password: its login changes with it. */
  generation: number;
  password: pulumi.Output<string>;
  superuserPassword: pulumi.Output<string>;
  /** Of the login that backups read with. */
  backupPassword: pulumi.Output<string>;
  /** Seconds that work may go on with the former password after a rotation. */
  handover: number;
  host: DockerHost;
  networks: Networks;
}

/** User and group `postgres` of the official image. */
const owner = "999:999";
const sql = readFileSync(new URL("../host/postgres/database.sql", import.meta.url), "utf8");

export class Postgres extends pulumi.ComponentResource {
  /** Role that the application logs in as. */
  readonly login: string;
  /** Role that backups log in as; it reads everything. */
  readonly backupLogin: string;
  readonly image: Image;
  readonly containerName: pulumi.Output<string>;
  /** Of the container: another one may be another database. */
  readonly containerId: pulumi.Output<string>;
  /** Done when the database is there and the login may use it. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: PostgresArgs, options?: pulumi.ComponentResourceOptions) {
    const { settings, host, networks } = args;
    super("socle:index:Postgres", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this };
    this.image = pulledImage(`${name}-image`, host, args.image, this);

    // Which version wrote the data: recorded once and never changed, so that a policy sees it beside what is asked for.
    new random.RandomId(
      `${settings.volume}-data`,
      { byteLength: 4, keepers: { major: String(settings.version) } },
      { ...parent, ignoreChanges: ["keepers"] },
    );
    const dataVolume = (called: string) => volume(`${called}-data`, host, { purpose: "postgres", called }, parent);
    const data = dataVolume(settings.volume);
    // What an upgrade left: as long as it is named, it stays.
    if (settings.formerVolume) dataVolume(settings.formerVolume);
    const fitting = task(
      `${name}-version`,
      host.connection,
      {
        script: "postgres/version.sh",
        arguments: {
          stack: host.stack,
          volume: data.name,
          version: settings.version,
          image: this.image.imageId,
        },
      },
      parent,
    );
    const secrets = volume(`${name}-secrets`, host, { purpose: "postgres-secrets" }, parent);
    const files = volumeFiles(
      `${name}-secret-files`,
      {
        host,
        volume: secrets.name,
        image: this.image,
        owner,
        files: [{ name: "password", mode: "0400", content: args.superuserPassword }],
      },
      parent,
    );

    const server = container(
      name,
      {
        stack: host.stack,
        service: "postgres",
        overlap: false,
        image: this.image,
        reference: this.image.reference,
        user: owner,
        command: ["postgres", ...postgresSettings(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`])],
        variables: {
          POSTGRES_PASSWORD_FILE: "/run/socle/password",
          POSTGRES_INITDB_ARGS: "--data-checksums --auth-host=scram-sha-256 --auth-local=trust",
          PGDATA: "/var/lib/postgresql/data",
        },
        networks: [{ name: networks.data, aliases: ["postgres"] }],
        mounts: [
          { volume: data.name, path: "/var/lib/postgresql/data" },
          { volume: secrets.name, path: "/run/socle", readOnly: true },
        ],
        temporary: { "/tmp": "", "/var/run/postgresql": "uid=999,gid=999,mode=0755" },
        health: {
          command: ["pg_isready", "--quiet", "--username=postgres", "--host=127.0.0.1"],
          timeout: 5,
          startPeriod: 60,
        },
        memory: settings.memory,
        cpus: settings.cpus,
        sharedMemory: Math.max(64, Math.floor(settings.memory / 4)),
        // SIGINT is the fast shutdown: clients are cut, the data is written out.
        stopSignal: "SIGINT",
        stopGrace: settings.stopGrace,
      },
      { ...parent, dependsOn: [files, fitting] },
    );
    this.containerName = server.name;
    this.containerId = server.id;

    const [login, previous] = args.generation % 2 === 1 ? ["a", "b"] : ["b", "a"];
    this.login = `${settings.user}_${login}`;
    this.backupLogin = `${settings.user}_backup`;
    this.ready = task(
      `${name}-database`,
      host.connection,
      {
        script: "postgres/database.sh",
        arguments: {
          container: `${host.stack}-postgres`,
          database: settings.database,
          owner: settings.user,
          login: this.login,
          previous: `${settings.user}_${previous}`,
          seconds: args.handover,
          backup: this.backupLogin,
        },
        input: pulumi.interpolate`\\set password '${args.password}'\n\\set backup_password '${args.backupPassword}'\n\\set superuser_password '${args.superuserPassword}'\n${sql}`,
        secret: true,
      },
      { ...parent, dependsOn: [healthGate(name, host, { container: server }, parent)] },
    );
    this.registerOutputs({});
  }
}
