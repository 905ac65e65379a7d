/** What an image has pending against a database: the JSON that the plan command prints (docs/migrations.md). */
import { z } from "zod";

import { appPattern, namePattern } from "../config/migration-name.ts";

export const riskKinds = ["destructive", "breaking", "locking", "data", "undecided"] as const;

/** Text of the image's that people read, on terminals too: one line, and no character that steers what shows it. */
const line = z.string().transform((text) => text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, " ").trim());
/** The same of several lines. */
const lines = z.string().transform((text) => text.replaceAll(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, " "));

const risk = z.object({
  /**
   * destructive: drops or renames what the serving release uses. breaking: that release fails on it. locking: keeps
   * others waiting while it works through rows. data: changes rows by code or SQL of its own. undecided: nobody can tell.
   */
  kind: z.enum(riskKinds),
  reason: line,
  mend: line.nullish(),
});

const operation = z.object({
  name: line,
  description: line.default(""),
  /** What can be told from the operation; left out where only its SQL tells. */
  risks: z.array(risk).optional(),
  /** The operation is SQL that somebody wrote: only its text tells what it does. */
  opaque: z.boolean().default(false),
});

const app = z.string().regex(appPattern, "is no name of an application: letters, digits and _ only");
const name = z.string().regex(namePattern, "is no name of a migration: letters, digits, _, - and . only");

const heads = z.record(app, z.array(name));

const migration = z.object({
  app,
  name,
  /** Applied whole or not at all. */
  atomic: z.boolean(),
  /** Its reverse brings back schema and data. */
  reversible: z.boolean(),
  /** It has no reverse at all. */
  oneWay: z.boolean().default(false),
  /** Why its reverse does not bring back all. */
  irreversible: z.array(line).default([]),
  operations: z.array(operation).default([]),
  sql: lines.nullish(),
  /** Why there is no SQL. */
  sqlError: line.nullish(),
});

/** A plan in either direction. */
export const migrationPlan = z.object({
  /** Name and version of what made it. */
  tool: line,
  /** The last migrations that are applied, by application. */
  heads,
  /** The same once everything pending is applied. */
  after: heads,
  /** In the order in which they are applied. */
  pending: z.array(migration),
});

/**
 * A plan forwards. `after` is what an approval is held against, so that an application without it, or with heads that
 * leave out its last pending migration, would go out unapproved: such a plan is refused.
 */
export const forwardPlan = migrationPlan.superRefine(({ heads, after, pending }, context) => {
  const last = new Map(pending.map(({ app, name }) => [app, name]));
  for (const [app, name] of last) {
    const results = headsOf(after, app);
    const known = [...headsOf(heads, app), ...pending.filter((each) => each.app === app).map((each) => each.name)];
    const issue = (message: string): void => {
      context.addIssue({ code: "custom", path: ["after", app], message });
    };
    if (!results.includes(name)) issue(`does not name ${name}, the last one pending`);
    for (const head of results) if (!known.includes(head)) issue(`names ${head}, which is not pending`);
  }
});

export type Plan = z.infer<typeof migrationPlan>;
export type PlannedMigration = Plan["pending"][number];
export type Risk = z.infer<typeof risk>;

/** An application may be called `constructor`: only what the plan itself says counts. */
const headsOf = (named: Plan["heads"], app: string): string[] => (Object.hasOwn(named, app) ? (named[app] ?? []) : []);

export const idOf = ({ app, name }: Pick<PlannedMigration, "app" | "name">): string => `${app}.${name}`;

/** The heads that result, of applications with something pending: what an approval names. */
export function headsToApprove({ pending, after }: Plan): string[] {
  return [...new Set(pending.map(({ app }) => app))]
    .sort()
    .flatMap((app) => headsOf(after, app).map((name) => `${app}.${name}`));
}
