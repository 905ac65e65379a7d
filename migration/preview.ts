/** What a preview says of migrations, while the rest of it goes on. */
import type { Model } from "../config/environment.ts";
import { isPinned } from "../config/image-reference.ts";
import { type Code, Problem, problems, type Wordings } from "../config/problem.ts";
import { approvalLine, previewNotes } from "./report.ts";

/** What the engine knows of the stack that runs. */
export interface Running {
  services?: Record<string, { container: string; digest: string } | undefined>;
}

export interface Notes {
  info: (text: string) => void;
  warn: (text: string) => void;
}

/** Migrations that nobody approved, or that nothing can be approved by: the preview fails, so that `up` never starts. */
export class UnapprovedError extends Problem {}

export const wordings = {
  "migrations.unapproved": ({
    stack,
    heads,
    approval,
  }: {
    stack: string;
    heads: readonly string[];
    approval: string;
  }) => [
    `migrations.approved: ${heads.join(", ")}: pending in production and not approved; nothing was changed.`,
    `Read what stands above (with SQL: \`npm run -s socle -- migrations --stack ${stack} --sql\`), then approve: ${approval}`,
  ],
  "migrations.plan-refused": ({ reason }: { cause: Code; reason: string }) => [
    `migrations: ${reason}`,
    "Nothing can be approved by it. Correct application.commands.plan or the migrations of the image, then run the preview again.",
  ],
} satisfies Wordings;

const problem = problems(wordings, UnapprovedError);

/**
 * Lists what is pending where the image differs from the one that serves. What cannot be listed is said and stops
 * nothing: the host looks again at `up`, before anything is changed.
 * @throws UnapprovedError in production
 */
export async function previewMigrations(
  project: string,
  stack: string,
  model: Model,
  running: Running,
  notes: Notes,
): Promise<void> {
  const backend = running.services?.["backend"];
  if (!model.commands.migrate || !backend) return;
  const { application: image } = model.images;
  if (isPinned(image) && image.endsWith(`@${backend.digest}`)) return;
  if (!model.commands.plan) {
    notes.warn("migrations: the application has no command `plan`, so that nothing can be said of what is pending.");
    return;
  }
  // Loaded where it is needed: most previews have the image that serves.
  const { isRefusedPlan, listMigrations, ListingError } = await import("./listing.ts");
  try {
    const unless = isPinned(image) ? {} : { unless: backend.digest };
    const listing = await listMigrations(model, { backend: backend.container, image, ...unless });
    if (!listing) return;
    const { migrations, unapproved } = listing;
    if (migrations.length === 0) notes.info("migrations: nothing pending");
    for (const { level, text } of previewNotes(listing)) notes[level](text);
    if (model.tier === "production" && unapproved.length > 0)
      throw problem("migrations.unapproved", {
        stack,
        heads: unapproved,
        approval: approvalLine(project, stack, model.migrations.approved, unapproved),
      });
  } catch (error) {
    if (!(error instanceof ListingError)) throw error;
    if (isRefusedPlan(error) && model.tier === "production")
      throw problem("migrations.plan-refused", { cause: error.code, reason: error.message });
    notes.warn(
      `migrations: what is pending could not be listed: ${error.message}\n    → \`up\` looks on the host itself, before anything is changed${model.tier === "production" ? ", and stops there if it is not approved" : ""}.`,
    );
  }
}
