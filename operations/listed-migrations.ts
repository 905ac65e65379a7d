/** What an image has pending, as the stack's host says, for the operator's commands. */
import type { Model } from "../config/environment.ts";
import { listMigrations, type Listing, ListingError } from "../migration/listing.ts";
import { OperatorError } from "./stack.ts";

/** @throws OperatorError where the application cannot say what is pending */
export async function listed(
  model: Model,
  options: { backend: string; image: string; targets?: string[] },
): Promise<Listing> {
  try {
    const listing = await listMigrations(model, options);
    if (listing) return listing;
  } catch (error) {
    if (error instanceof ListingError) throw new OperatorError(error.message);
    throw error;
  }
  throw new OperatorError(
    "The application has no command `plan`.\n    → Set application.commands.plan, see docs/migrations.md.",
  );
}
