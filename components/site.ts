/** A whole site on one host: every component, in the order of the way that a release takes. */
import * as pulumi from "@pulumi/pulumi";

import type { OperatingCredentials } from "../config/credential-schema.ts";
import type { Model } from "../config/environment.ts";
import { siteFacts } from "../config/facts.ts";
import { Application } from "./application.ts";
import { Archive } from "./archive.ts";
import { Backend } from "./backend.ts";
import { Backup } from "./backup.ts";
import { Celery } from "./celery.ts";
import { Certificate } from "./certificate.ts";
import { DockerHost } from "./docker-host.ts";
import { Frontend } from "./frontend.ts";
import type { Image } from "./image.ts";
import { Migration } from "./migration.ts";
import { Networks } from "./network.ts";
import { Nginx } from "./nginx.ts";
import { OffSite } from "./off-site.ts";
import { OwnCommand } from "./own-command.ts";
import { Postgres } from "./postgres.ts";
import { Redis } from "./redis.ts";
import { Secrets } from "./secrets.ts";
import { StaticFiles } from "./static-files.ts";
import { Watch } from "./watch.ts";

export interface Service {
  container: string;
  digest: string;
}

/** Secrets that the configuration holds, in clear. */
export interface GivenSecrets {
  /** The site's own secret variables. */
  secrets: Record<string, string>;
  /** What Socle itself works with. */
  credentials: OperatingCredentials;
}

export class Site extends pulumi.ComponentResource {
  readonly services: pulumi.Output<Record<string, Service>>;
  readonly release: pulumi.Output<string>;
  readonly adminPassword: pulumi.Output<string>;
  readonly backupKey: pulumi.Output<string>;

  constructor(
    name: string,
    model: Model,
    { secrets: siteSecrets, credentials }: GivenSecrets,
    options?: pulumi.ComponentResourceOptions,
  ) {
    // Policies judge by what the stack says of itself; none of it is secret.
    super("socle:index:Site", name, { settings: siteFacts(model) }, options);
    const parent = { parent: this };
    // After a rotation, what still runs with the former password may end in peace.
    const handover = model.worker.stopGrace + model.application.stopGrace + model.nginx.drain + 600;

    const host = new DockerHost("host", { ...model, registryPassword: credentials.registryPassword }, parent);
    const secrets = new Secrets("secrets", model.rotation, parent);
    const networks = new Networks("network", host, parent);
    const within = { host, networks };
    const { user } = model.application;

    const postgres = new Postgres(
      "postgres",
      {
        ...within,
        settings: model.postgres,
        image: model.images.postgres,
        generation: model.rotation.databasePassword,
        password: secrets.databasePassword,
        superuserPassword: secrets.postgresPassword,
        backupPassword: secrets.backupPassword,
        handover,
      },
      parent,
    );
    const redis = new Redis(
      "redis",
      { ...within, settings: model.redis, image: model.images.redis, password: secrets.redisPassword, handover },
      parent,
    );
    const application = new Application(
      "application",
      {
        ...within,
        settings: model.application,
        postgres: model.postgres,
        variables: model.variables,
        secrets: Object.fromEntries(Object.entries(siteSecrets).map(([key, value]) => [key, pulumi.secret(value)])),
        credentials: {
          secretKey: secrets.secretKey,
          formerSecretKey: secrets.formerSecretKey,
          databaseLogin: postgres.login,
          databasePassword: secrets.databasePassword,
          redisPassword: secrets.redisPassword,
        },
        hashKey: secrets.hashKey,
        tools: postgres.image,
      },
      parent,
    );

    const backup = model.backup.enabled
      ? new Backup(
          "backup",
          {
            ...within,
            settings: model.backup,
            user: model.application.user,
            database: model.postgres.database,
            postgres,
            application,
            password: secrets.backupPassword,
            repositoryKey: secrets.repositoryKey,
          },
          parent,
        )
      : undefined;
    const kept = backup && { host, networks, backup, user };
    const { pitr } = model.postgres;
    const archive =
      kept && pitr
        ? new Archive("archive", { ...kept, postgres, settings: pitr, backups: model.backup }, parent)
        : undefined;
    const offsite =
      kept && model.backup.offsite
        ? new OffSite(
            "offsite",
            {
              ...{ ...kept, credentials },
              settings: model.backup,
              place: model.backup.offsite,
              recoverable: pitr?.days,
              repositoryKey: secrets.repositoryKey,
            },
            parent,
          )
        : undefined;

    const { commands } = model;
    const migration = new Migration(
      "migration",
      {
        settings: model.migrations,
        approval: model.tier === "production",
        commands,
        database: model.postgres.database,
        backup: backup?.containerName,
        application,
        superuser: model.superuser,
        adminPassword: secrets.adminPassword,
        adminGeneration: model.rotation.adminPassword,
        host,
        networks,
        after: [postgres.ready, redis.ready, ...application.ready, ...(backup ? [backup.ready] : [])],
      },
      parent,
    );
    const ofRelease = { commands, application, host, after: migration.done };
    const { command } = model.backup;
    const own =
      backup && command ? new OwnCommand("export", { command, model, backup, ...ofRelease }, parent) : undefined;
    const backend = new Backend("backend", { settings: model.application, ...ofRelease }, parent);
    const celery = new Celery(
      "celery",
      {
        ...{ ...ofRelease, user },
        startTimeout: model.application.startTimeout,
        worker: model.worker,
        beat: model.beat,
        tools: postgres.image,
      },
      parent,
    );
    const released = { application, keep: model.release.keep, host };
    const frontend =
      model.frontend &&
      new Frontend(
        "frontend",
        { ...model.frontend, ...released, applicationReference: model.images.application },
        parent,
      );
    const names = commands.collectstatic && commands.staticNames;
    const staticFiles = names && new StaticFiles("static-files", { ...released, user, names, networks }, parent);

    const nginx = new Nginx("nginx", { model, image: model.images.nginx, host, networks }, parent);
    const certificate = new Certificate(
      "certificate",
      { ...within, site: model.site, certbot: model.certbot, image: model.images.certbot, nginx },
      parent,
    );
    const serving = nginx.serve("nginx", {
      application,
      backend: backend.containerName,
      worker: celery.worker,
      frontend,
      certificates: certificate.volume,
      after: [...certificate.ready, ...(frontend ? [frontend.ready] : [])],
    });
    staticFiles?.prune(nginx.image, [serving.switched]);
    const beat = celery.schedule({ after: [...migration.done, serving.switched] });
    const certbot = certificate.keepSigned("certbot", { nginx: serving.ready });

    const watch =
      kept && credentials.webhook && model.notifications.events.includes("backup")
        ? new Watch(
            "watch",
            {
              ...{ ...kept, archive },
              settings: model.backup,
              messages: model.notifications,
              webhook: credentials.webhook,
              image: nginx.image,
            },
            parent,
          )
        : undefined;

    this.release = application.release;
    this.adminPassword = secrets.adminPassword;
    this.backupKey = secrets.repositoryKey;
    const services: Record<string, pulumi.Output<Service>> = {
      postgres: service(postgres.containerName, postgres.image),
      redis: service(redis.containerName, redis.image),
      backend: service(backend.containerName, application.image),
      ...(celery.worker ? { worker: service(celery.worker.container.name, application.image) } : {}),
      ...(beat ? { beat: service(beat, application.image) } : {}),
      nginx: service(serving.containerName, nginx.image),
      ...(backup ? { backup: service(backup.containerName, backup.image) } : {}),
      ...(own ? { export: service(own.containerName, application.image) } : {}),
      ...(archive ? { archive: service(archive.containerName, postgres.image) } : {}),
      ...(backup && offsite ? { offsite: service(offsite.containerName, backup.restic) } : {}),
      ...(watch ? { watch: service(watch.containerName, nginx.image) } : {}),
      ...(certbot ? { certbot: service(certbot.containerName, certbot.image) } : {}),
    };
    this.services = pulumi.all(services);
    this.registerOutputs({ services: this.services, release: this.release });
  }
}

const service = (container: pulumi.Output<string>, image: Image): pulumi.Output<Service> =>
  pulumi.all([container, image.digest]).apply(([name, digest]) => ({ container: name, digest }));
