/** What an image has pending, as the stack's host says, for the operator's commands. */
import type { Model } from "../config/environment.ts";
import { problems, type Wordings } from "../config/problem.ts";
import { listMigrations, type Listing } from "../migration/listing.ts";

export const wordings = {
  "migrations.no-plan-command": () => [
    "The application has no command `plan`.",
    "Set application.commands.plan, see docs/migrations.md.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws ListingError, or migrations.no-plan-command where the application cannot say what is pending */
export async function listed(
  model: Model,
  options: { backend: string; image: string; targets?: string[] },
): Promise<Listing> {
  const listing = await listMigrations(model, options);
  if (!listing) throw problem("migrations.no-plan-command");
  return listing;
}
