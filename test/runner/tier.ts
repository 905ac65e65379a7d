// The tiers that `npm test` runs, and their files: in an order that a seed gives, but for the journeys.
import { globSync } from "node:fs";
import { join } from "node:path";

import { Random } from "../lab/random.ts";

export const project = join(import.meta.dirname, "..", "..");

export const tiers = ["lint", "unit", "script", "program", "journey"] as const;
export type Tier = (typeof tiers)[number];

/** One run of Mocha: a process of its own. */
export interface Batch {
  tier: Tier;
  files: string[];
}

const patterns: Record<Tier, string> = {
  lint: "test/lint.test.ts",
  unit: "test/unit/**/*.test.ts",
  script: "test/script/**/*.test.ts",
  program: "test/program/**/*.test.ts",
  journey: "test/journey/**/*.test.ts",
};

const filesOf = (tier: Tier): string[] => globSync(patterns[tier], { cwd: project }).sort();

/** @returns undefined where no tier has the file */
export function tierOf(file: string): Tier | undefined {
  return tiers.find((tier) => filesOf(tier).includes(file));
}

function shuffled(files: readonly string[], random: Random): string[] {
  const rest = [...files];
  return files.map(() => rest.splice(random.below(rest.length), 1)[0] ?? "");
}

/**
 * @param seed of the order of the files, the same for the same seed and files
 * @param width processes that share the files of the unit tests; the others' files have one each
 * @param only these files; default: all of the tier
 */
export function batches(tier: Tier, { seed, width, only }: { seed: number; width: number; only?: string[] }): Batch[] {
  const files = filesOf(tier).filter((file) => !only || only.includes(file));
  if (tier === "journey") return files.map((file) => ({ tier, files: [file] }));
  const order = shuffled(files, new Random(seed));
  if (tier !== "unit") return order.map((file) => ({ tier, files: [file] }));
  return Array.from({ length: width }, (_, lane) => ({
    tier,
    files: order.filter((_, index) => index % width === lane),
  })).filter((batch) => batch.files.length > 0);
}
