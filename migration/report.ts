/** A listing in words: for a person at `socle migrations` and for the log of a preview. */
import type { Judged } from "./judgement.ts";
import type { Listing } from "./listing.ts";

/** One migration, its operations and risks, a line each. */
export function describe({ id, atomic, reversible, irreversible, operations, risks }: Judged): string[] {
  const traits = [
    reversible ? "reversible" : `irreversible: ${irreversible.join("; ")}`,
    ...(atomic ? [] : ["not atomic: what fails midway leaves a part behind"]),
  ];
  return [
    `${id}  (${traits.join(", ")})`,
    ...operations.map((operation) => `  - ${operation}`),
    ...risks.flatMap(({ kind, reason, mend }) => [`  ! ${kind}: ${reason}`, ...(mend ? [`    → ${mend}`] : [])]),
  ];
}

/** Without risk and with a way back. */
export const harmless = ({ risks, reversible, atomic }: Judged): boolean => risks.length === 0 && reversible && atomic;

export const withoutSquawk =
  "squawk is not installed, so that the locks of SQL are judged by operations alone (toolchain/setup.sh --operator installs it).";

/** The setting to add. */
export function approvalLine(
  project: string,
  stack: string,
  approved: readonly string[],
  missing: readonly string[],
): string {
  return `Pulumi.${stack}.yaml, ${project}:migrations: { approved: [${[...approved, ...missing].join(", ")}] }`;
}

/** What a preview says of them: the level of its log, and the text. */
export function previewNotes(listing: Listing): { level: "info" | "warn"; text: string }[] {
  const { migrations, squawk } = listing;
  return [
    ...(squawk || migrations.length === 0 ? [] : [{ level: "warn" as const, text: withoutSquawk }]),
    ...migrations.map((migration) => ({
      level: harmless(migration) ? ("info" as const) : ("warn" as const),
      text: `migration ${describe(migration).join("\n")}`,
    })),
  ];
}
