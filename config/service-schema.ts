/** Settings of what the application stands on: PostgreSQL, Redis, Nginx, Certbot. */
import { z } from "zod";

import { pitr } from "./pitr-schema.ts";
import { cpus, identifier, image, memory, positive, stopGrace } from "./terms.ts";

const dataVolume = z
  .string()
  .regex(/^postgres(-\d{2})?$/)
  .meta({
    title: "a volume of PostgreSQL's data, such as postgres or postgres-16",
    mend: "Leave it as `socle upgrade postgres` wrote it; without an upgrade it is not set.",
  });

export const postgres = z
  .strictObject({
    version: z
      .union([z.literal(15), z.literal(16)])
      .default(15)
      .describe("Major version of PostgreSQL. Once there is data, `socle upgrade postgres` changes it.")
      .meta({ mend: "Choose 15 or 16." }),
    volume: dataVolume
      .default("postgres")
      .describe(
        "Volume of the data, after the stack's name. `socle upgrade postgres` names that of the new major version here.",
      ),
    formerVolume: dataVolume
      .optional()
      .describe(
        "Volume that `socle upgrade postgres` left, with the data as the former major version had it. Remove this to let it go: docs/backups.md.",
      ),
    image: image.optional().describe("Image instead of the official one of that version."),
    memory: memory(128, 1024),
    cpus: cpus(1),
    database: z.string().regex(identifier).default("site").describe("Name of the database.").meta({
      title: "a name in lower case, such as site",
      mend: "Use lower-case letters, digits and underscores, not beginning with a digit or pg_.",
    }),
    user: z
      .string()
      // Names that PostgreSQL keeps for itself (CREATE ROLE).
      .regex(/^(?!(?:postgres|public|none)$)(?!pg_)[a-z_][a-z0-9_]{0,55}$/)
      .default("site")
      .describe(
        "Role that owns the database. The application logs in as one of its two members NAME_a and NAME_b, which take turns when the password is rotated.",
      )
      .meta({
        title: "the name of a role of the site's own, such as site",
        mend: "Use lower-case letters, digits and underscores; not postgres, public, none or a name that begins with pg_.",
      }),
    maxConnections: z
      .int()
      .min(10)
      .max(2000)
      .default(100)
      .describe(
        "Most connections at a time (max_connections). Each may sort in a megabyte or more of postgres.memory.",
      ),
    stopGrace: stopGrace(60),
    pitr: pitr.optional(),
  })
  .describe("The database.");

export const redis = z
  .strictObject({
    image: image.default("redis:7").describe("Image of Redis 7."),
    fsync: z
      .enum(["always", "everysec"])
      .default("always")
      .describe(
        "When a write is on the disk (appendfsync): `always` before it is acknowledged, so that no task that waits in a queue is lost; `everysec` within two seconds, for thousands of writes a second.",
      ),
    memory: memory(32, 256),
    cpus: cpus(0.5),
    stopGrace: stopGrace(30),
  })
  .describe("Broker of Celery, channel layer and cache.");

export const nginx = z
  .strictObject({
    image: image.default("nginx:1.26").describe("Image of Nginx."),
    memory: memory(32, 128),
    cpus: cpus(1),
    drain: positive(3600)
      .default(30)
      .describe(
        "Seconds that connections of the former configuration may go on after a reload (worker_shutdown_timeout).",
      ),
  })
  .describe("The web server in front.");

export const certbot = z
  .strictObject({
    image: image.default("certbot/certbot:v4.0.0").describe("Image of Certbot."),
    memory: memory(64, 192),
  })
  .describe("The ACME client.");
