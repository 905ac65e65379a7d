/** The program: configuration → model → components → outputs. */
import * as pulumi from "@pulumi/pulumi";

import { policyGate } from "./components/policy-gate.ts";
import { recordRelease } from "./components/release-record.ts";
import { Site } from "./components/site.ts";
import { auditSubject } from "./config/audit-subject.ts";
import { environmentModel, type Model } from "./config/environment.ts";
import { isPinned } from "./config/image-reference.ts";
import type { Configuration } from "./config/load.ts";
import { loadConfiguration } from "./config/running-stack.ts";
import { smokeChecks } from "./config/smoke-checks.ts";
import { preflight } from "./connection/preflight.ts";
import { beginDeployment } from "./deployment/deployment.ts";
import { previewMigrations, type Running } from "./migration/preview.ts";

/** Outputs of the last `up`, for what a preview says of what is there. */
const former = pulumi.runtime.isDryRun() ? running() : Promise.resolve({});
const { model, configuration, remark, released } = await checked();
await policyGate("policy-gate", model).catch(refused);
// Meanwhile a preview asks the host what the image has pending.
const unapproved = pulumi.runtime.isDryRun() ? migrations() : undefined;
const site = new Site("site", model, configuration);
const record = { model, given: configuration.given, services: site.services, release: site.release };
const recorded = recordRelease("release-record", record, { dependsOn: [site] });
recorded.apply(released);
const refusal = await unapproved;
if (refusal) refused(refusal);

/** Where a visitor starts. */
export const url = model.site.url;
/** Container and image digest of every service. */
export const services = site.services;
/** What to request of the running site, and what to expect. */
export const checks = smokeChecks(model);
/** Short hash of the application's image and environment. */
export const release = site.release;
/** How the operator's command reaches the stack. */
export const operations = {
  name: model.name,
  tier: model.tier,
  host: model.host,
  postgres: { database: model.postgres.database, owner: model.postgres.user },
  commands: { shell: model.commands.shell, celery: model.commands.celery },
  recorded,
};
/** Key of the repository of backups, to be kept off the host. */
export const backupKey = model.backup.enabled ? pulumi.secret(site.backupKey) : undefined;
/** What an audit of the running stack must know of it. */
export const audit = auditSubject(model);
/** The site's first administrator. */
export const adminUser = model.superuser?.username;
export const adminPassword = model.superuser && pulumi.secret(site.adminPassword);

await remark;

/** What the engine shows without a stack trace. */
function refused(error: unknown): never {
  throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
}

/** Settings and host are found fit before anything is registered; what is wrong is said without a stack trace. */
async function checked(): Promise<
  { model: Model; configuration: Configuration } & Awaited<ReturnType<typeof beginDeployment>>
> {
  try {
    const read = loadConfiguration();
    const found = environmentModel(pulumi.getProject(), pulumi.getStack(), read);
    const { application: image } = found.images;
    await preflight(found.host, {
      dryRun: pulumi.runtime.isDryRun(),
      localImage: isPinned(image) ? undefined : image,
    });
    const deployment = await beginDeployment(
      found,
      read,
      former.then((outputs) => Object.keys(outputs).length > 0),
    );
    return { model: found, configuration: read, ...deployment };
  } catch (error) {
    return refused(error);
  }
}

/** What is pending, in the preview's log; an error where it must not go out. */
async function migrations(): Promise<Error | undefined> {
  const say = (log: typeof pulumi.log.info) => (text: string) => void log(text);
  try {
    const notes = { info: say(pulumi.log.info), warn: say(pulumi.log.warn) };
    await previewMigrations(pulumi.getProject(), pulumi.getStack(), model, await former, notes);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Outputs of the last `up`; nothing before the first. */
async function running(): Promise<Running> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  try {
    const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
      outputs: Running;
    };
    return outputs;
  } catch {
    return {};
  }
}
