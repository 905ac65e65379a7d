/** A rule over several settings at once. */
import type { Mistake } from "./mistake.ts";
import type { Code } from "./problem.ts";
import type { Settings } from "./schema.ts";

/** A mistake whose code is its rule's. */
export type Breach = Omit<Mistake, "code">;

export interface Rule {
  code: Code;
  /** What holds for every good configuration; the reference page lists it. */
  holds: string;
  /** What breaks it, in the sections that could be read; of the application's secrets and Socle's credentials the names. */
  broken: (settings: Partial<Settings>, secrets: readonly string[], credentials: readonly string[]) => Breach[];
}

/** The breach, if there is one. */
export const when = (condition: unknown, breach: Breach): Breach[] => (condition ? [breach] : []);
