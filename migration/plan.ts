/** What an image has pending against a database: the JSON that the plan command prints (docs/migrations.md). */
import { z } from "zod";

export const riskKinds = ["destructive", "breaking", "locking", "data", "undecided"] as const;

const risk = z.object({
  /**
   * destructive: drops or renames what the serving release uses. breaking: that release fails on it. locking: keeps
   * others waiting while it works through rows. data: changes rows by code or SQL of its own. undecided: nobody can tell.
   */
  kind: z.enum(riskKinds),
  reason: z.string(),
  mend: z.string().nullish(),
});

const operation = z.object({
  name: z.string(),
  description: z.string().default(""),
  /** What can be told from the operation; left out where only its SQL tells. */
  risks: z.array(risk).optional(),
  /** The operation is SQL that somebody wrote: only its text tells what it does. */
  opaque: z.boolean().default(false),
});

const heads = z.record(z.string(), z.array(z.string()));

const migration = z.object({
  app: z.string(),
  name: z.string(),
  /** Applied whole or not at all. */
  atomic: z.boolean(),
  /** Its reverse brings back schema and data. */
  reversible: z.boolean(),
  /** It has no reverse at all. */
  oneWay: z.boolean().default(false),
  /** Why its reverse does not bring back all. */
  irreversible: z.array(z.string()).default([]),
  operations: z.array(operation).default([]),
  sql: z.string().nullish(),
  /** Why there is no SQL. */
  sqlError: z.string().nullish(),
});

export const migrationPlan = z.object({
  /** Name and version of what made it. */
  tool: z.string(),
  /** The last migrations that are applied, by application. */
  heads,
  /** The same once everything pending is applied. */
  after: heads,
  /** In the order in which they are applied. */
  pending: z.array(migration),
});

export type Plan = z.infer<typeof migrationPlan>;
export type PlannedMigration = Plan["pending"][number];
export type Risk = z.infer<typeof risk>;

export const idOf = ({ app, name }: Pick<PlannedMigration, "app" | "name">): string => `${app}.${name}`;

/** The heads that result, of applications with something pending: what an approval names. */
export function headsToApprove({ pending, after }: Plan): string[] {
  return [...new Set(pending.map(({ app }) => app))]
    .sort()
    .flatMap((app) => (after[app] ?? []).map((name) => `${app}.${name}`));
}
