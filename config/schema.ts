/**
 * Every setting of a stack: its name, meaning, unit, default and limits, said once.
 *
 * The editor's JSON schema, docs/configuration.md and every error message come from here.
 * `mend` is what the error message tells the reader to do.
 */
import { z } from "zod";

import { application, beat, frontend, worker } from "./application-schema.ts";
import { backup } from "./backup-schema.ts";
import { evidence } from "./evidence-schema.ts";
import { host } from "./host-schema.ts";
import { migrations } from "./migration-schema.ts";
import { notifications } from "./notification-schema.ts";
import { documentation, policies } from "./policy-schema.ts";
import { release } from "./release-schema.ts";
import { registry } from "./registry-schema.ts";
import { certbot, nginx, postgres, redis } from "./service-schema.ts";
import { site } from "./site-schema.ts";
import { positive } from "./terms.ts";

export {
  application,
  backup,
  beat,
  certbot,
  documentation,
  frontend,
  host,
  migrations,
  nginx,
  policies,
  postgres,
  redis,
  release,
  site,
  worker,
};

export const tier = z
  .enum(["dev", "staging", "production"])
  .describe(
    "What the stack is for. `production` refuses what is unsafe, `staging` is production in small, `dev` runs on your own machine.",
  )
  .meta({ mend: "Set it: `pulumi config set tier staging`." });

export const superuser = z
  .strictObject({
    username: z
      .string()
      .regex(/^[\w.@+-]{1,150}$/)
      .default("admin")
      .describe("User name of the site's first administrator.")
      .meta({
        title: "a user name of at most 150 characters, such as admin",
        mend: "Use letters, digits and any of @ . + - _ (Django takes no others).",
      }),
    email: z.email().default("admin@example.org").describe("E-mail address of that administrator."),
  })
  .describe("The site's first administrator; the password is generated.");

export const data = z
  .strictObject({
    keepOnDestroy: z
      .boolean()
      .default(true)
      .describe(
        "Leave the volumes with data, keys and records in place when the stack is destroyed. With `false` they go then, once an `up` has run with it; no `up` removes one.",
      ),
    anonymise: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/)
      .optional()
      .describe(
        "File of the project with the rules by which this stack's data may reach another one, anonymised (docs/refresh.md). Without it none does.",
      )
      .meta({
        title: "a file of the project, such as anonymise.yaml",
        mend: "Write the file's path from the project's folder on, such as anonymise.yaml.",
      }),
    refreshedFrom: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/)
      .optional()
      .describe(
        "Stack whose data this one gets by `socle refresh`, anonymised. The rule EVD-10 then asks for the record of its leak scan.",
      )
      .meta({
        title: "the name of a stack, such as production",
        mend: "Name the stack as Pulumi does, such as production.",
      }),
  })
  .describe("What happens to data.");

const generation = positive(1_000_000).default(1);

export const rotation = z
  .strictObject({
    secretKey: generation.describe(
      "Generation of SECRET_KEY. The former key goes to SECRET_KEY_FALLBACKS, so that sessions live on.",
    ),
    databasePassword: generation.describe("Generation of the database password."),
    redisPassword: generation.describe("Generation of the Redis password."),
    adminPassword: generation.describe("Generation of the administrator's password."),
  })
  .describe("Rotation of generated secrets: raise one number by one and run `pulumi up`.");

/** The sections of a stack's configuration, in the order of the reference page. */
export const sections = {
  tier,
  host,
  site,
  registry: registry.optional(),
  application,
  worker: worker.prefault({}),
  beat: beat.prefault({}),
  frontend: frontend.optional(),
  postgres: postgres.prefault({}),
  redis: redis.prefault({}),
  nginx: nginx.prefault({}),
  certbot: certbot.prefault({}),
  release: release.prefault({}),
  superuser: superuser.optional(),
  rotation: rotation.prefault({}),
  data: data.prefault({}),
  migrations: migrations.prefault({}),
  backup: backup.prefault({}),
  policies: policies.prefault({}),
  evidence: evidence.prefault({}),
  documentation: documentation.prefault({}),
  notifications: notifications.prefault({}),
};

export const stackSettings = z.strictObject(sections);

/** A stack's settings, complete with defaults. */
export type Settings = z.infer<typeof stackSettings>;
export type SectionName = keyof typeof sections;
