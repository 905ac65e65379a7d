// index.ts with a small site: host, secrets, networks, an application of three containers and the record of releases, so
// that an `up` takes seconds. What it is made of, and the way of a deployment, are the product's own.
import * as pulumi from "@pulumi/pulumi";

import { Application } from "../../components/application.ts";
import { Backend } from "../../components/backend.ts";
import { container } from "../../components/container.ts";
import { DockerHost } from "../../components/docker-host.ts";
import { healthGate } from "../../components/health-gate.ts";
import { type Image, localImage } from "../../components/image.ts";
import { Migration } from "../../components/migration.ts";
import { Networks } from "../../components/network.ts";
import { recordRelease } from "../../components/release-record.ts";
import { Secrets } from "../../components/secrets.ts";
import type { Service } from "../../components/site.ts";
import { environmentModel, type Model } from "../../config/environment.ts";
import type { Configuration } from "../../config/load.ts";
import { loadConfiguration } from "../../config/running-stack.ts";
import { beginDeployment } from "../../deployment/deployment.ts";

const { model, configuration, remark, released } = await begun();
const host = new DockerHost("host", {
  ...model,
  registryPassword: configuration.credentials.registryPassword,
});
const secrets = new Secrets("secrets", model.rotation);
const networks = new Networks("network", host);
const application = new Application("application", {
  host,
  networks,
  settings: model.application,
  postgres: model.postgres,
  variables: model.variables,
  secrets: Object.fromEntries(Object.entries(configuration.secrets).map(([key, value]) => [key, pulumi.secret(value)])),
  credentials: {
    secretKey: secrets.secretKey,
    formerSecretKey: secrets.formerSecretKey,
    databaseLogin: model.postgres.user,
    databasePassword: secrets.databasePassword,
    redisPassword: secrets.redisPassword,
  },
  hashKey: secrets.hashKey,
  tools: localImage(host, model.images.nginx, host),
});
const { commands } = model;
const migration = new Migration("migration", {
  ...{ settings: model.migrations, commands, application, host, networks },
  approval: false,
  database: model.postgres.database,
  backup: undefined,
  superuser: undefined,
  adminPassword: secrets.adminPassword,
  adminGeneration: model.rotation.adminPassword,
  after: application.ready,
});
const after = migration.done.length > 0 ? migration.done : application.ready;
const backend = new Backend("backend", { settings: model.application, commands, application, host, after });
const options = { provider: host.provider };
const sizes = ({ memory, cpus, stopGrace }: Model["worker"] | Model["beat"]) => ({ memory, cpus, stopGrace });
const health = { command: commands.workerHealth, timeout: 5, startPeriod: 10 };
// Two generations of a worker may run side by side; of the scheduler there is one.
const worker = container(
  "worker",
  { ...application.containerArgs(commands.worker), ...sizes(model.worker), service: "worker", overlap: true, health },
  { ...options, dependsOn: after },
);
const healthy = healthGate(
  "worker",
  host,
  { container: worker, seconds: model.application.startTimeout },
  { parent: host },
);
const beat = container(
  "beat",
  {
    ...application.containerArgs(commands.beat),
    ...sizes(model.beat),
    service: "beat",
    overlap: false,
    health: { ...health, command: commands.beatHealth },
  },
  { ...options, dependsOn: [healthy] },
);

const service = (name: pulumi.Output<string>, { digest }: Image): pulumi.Output<Service> =>
  pulumi.all([name, digest]).apply(([found, content]) => ({ container: found, digest: content }));
/** Container and image digest of every service. */
export const services: pulumi.Output<Record<string, Service>> = pulumi.all({
  backend: service(backend.containerName, application.image),
  worker: service(worker.name, application.image),
  beat: service(beat.name, application.image),
});
/** Short hash of the application's image and environment. */
export const release = application.release;
const record = { model, given: configuration.given, services, release };
const recorded = recordRelease("release-record", record, { dependsOn: [healthy, beat] });
recorded.apply(released);
/** Where a visitor would start; there is no Nginx. */
export const url = model.site.url;
/** How the operator's command reaches the stack. */
export const operations = {
  name: model.name,
  tier: model.tier,
  host: model.host,
  postgres: { database: model.postgres.database, owner: model.postgres.user },
  commands: { shell: commands.shell, celery: commands.celery },
  recorded,
};

await remark;

async function begun(): Promise<
  { model: Model; configuration: Configuration } & Awaited<ReturnType<typeof beginDeployment>>
> {
  try {
    const read = loadConfiguration();
    const found = environmentModel(pulumi.getProject(), pulumi.getStack(), read);
    return { model: found, configuration: read, ...(await beginDeployment(found, read, Promise.resolve(false))) };
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}
