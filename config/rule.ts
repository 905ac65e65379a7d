/** A rule over several settings at once. */
import type { Mistake } from "./mistake.ts";
import type { Settings } from "./schema.ts";

export interface Rule {
  /** What holds for every good configuration; the reference page lists it. */
  holds: string;
  /** What breaks it, in the sections that could be read; of the application's secrets and Socle's credentials the names. */
  broken: (settings: Partial<Settings>, secrets: readonly string[], credentials: readonly string[]) => Mistake[];
}

/** The mistake, if there is one. */
export const when = (condition: unknown, mistake: Mistake): Mistake[] => (condition ? [mistake] : []);
