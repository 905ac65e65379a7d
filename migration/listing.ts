/** Asks the host what an image has pending against the database of the running stack, and judges it. */
import type { Model } from "../config/environment.ts";
import { Problem, problems, type Wordings } from "../config/problem.ts";
import { Host } from "../connection/host.ts";
import { type Judged, judge } from "./judgement.ts";
import { forwardPlan, headsToApprove, migrationPlan, type Plan } from "./plan.ts";
import { shellWords } from "../config/shell-word.ts";
import { squawk } from "./squawk.ts";

export interface Listing {
  plan: Plan;
  migrations: Judged[];
  /** The heads that result and are approved nowhere. */
  unapproved: string[];
  /** squawk judged the SQL. */
  squawk: boolean;
}

export interface ListingOptions {
  /** Container that serves. */
  backend: string;
  /** Empty: the one that serves. */
  image: string;
  /** Identity of the image that serves: nothing is listed where `image` is that one. */
  unless?: string;
  /** Heads to go back to, instead of what is pending. */
  targets?: readonly string[];
}

/** What could not be listed. */
export class ListingError extends Problem {}

export const wordings = {
  /** In the words of whoever could not. */
  "migrations.not-listed": ({ said }: { said: string }) => [said],
  "migrations.plan-not-json": () => ["The plan command did not print JSON (docs/migrations.md)."],
  "migrations.plan-malformed": ({ path, reason }: { path: string; reason: string }) => [
    `The plan command's JSON is not that of docs/migrations.md: ${path}: ${reason}.`,
  ],
} satisfies Wordings;

const problem = problems(wordings, ListingError);

/** Whether what the image printed is no plan that anything could be approved by. */
export const isRefusedPlan = ({ code }: ListingError): boolean => code !== "migrations.not-listed";

/**
 * @returns undefined where the image is the one that serves, or the application has no plan command
 * @throws ListingError
 */
export async function listMigrations(
  model: Pick<Model, "name" | "host" | "commands" | "migrations" | "postgres">,
  { backend, image, unless = "", targets = [] }: ListingOptions,
): Promise<Listing | undefined> {
  const { name, host, commands, migrations, postgres } = model;
  if (!commands.plan) return undefined;
  const command = shellWords(commands.plan);
  const given = { stack: name, backend, image, serves: unless, plan: command, targets: targets.join(" ") };
  const text = await new Host(host).ask("migration/plan.sh", given, { seconds: 300 }).catch((error: unknown) => {
    throw problem("migrations.not-listed", { said: error instanceof Error ? error.message : String(error) });
  });
  if (text.trim() === "") return undefined;
  const plan = read(text, targets.length > 0 ? migrationPlan : forwardPlan);
  const findings = await squawk(plan, { postgres: postgres.version, exclude: migrations.squawk.exclude });
  return {
    plan,
    migrations: judge(plan, findings),
    unapproved: headsToApprove(plan).filter((head) => !migrations.approved.includes(head)),
    squawk: findings !== undefined,
  };
}

function read(text: string, schema: typeof migrationPlan): Plan {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw problem("migrations.plan-not-json");
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw problem("migrations.plan-malformed", { path: issue?.path.join(".") ?? "", reason: issue?.message ?? "" });
}
