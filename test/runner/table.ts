// What a run took: by tier, and its slowest files.
import type { Done } from "./batch.ts";
import { tiers } from "./tier.ts";
import type { Times } from "./times.ts";

const seconds = (value: number): string => value.toFixed(0);

/** Lines of a table; all columns but the first stand to the right, where `left` does not say otherwise. */
export function aligned(rows: readonly (readonly string[])[], left = [0]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number): string =>
    left.includes(column) ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join("  ").trimEnd());
}

/** Seconds of each tier and each file in this run. */
export function timesOf(done: readonly Done[]): Times {
  const files = done.flatMap(({ batch, wall, seconds: own }) => {
    const [only, ...others] = batch.files;
    return only !== undefined && others.length === 0 ? [[only, wall]] : Object.entries(own);
  });
  const sums = tiers.map((tier) => [
    tier,
    done.filter(({ batch }) => batch.tier === tier).reduce((sum, { wall }) => sum + wall, 0),
  ]);
  return Object.fromEntries([...sums.filter(([, sum]) => sum !== 0), ...files]) as Times;
}

export function table(done: readonly Done[], last: Times): string {
  const times = timesOf(done);
  const previous = (name: string): string => (last[name] === undefined ? "" : seconds(last[name]));
  const rows = tiers
    .filter((tier) => times[tier] !== undefined)
    .map((tier) => {
      const those = done.filter(({ batch }) => batch.tier === tier);
      const sum = (value: (one: Done) => number): string => String(those.reduce((all, one) => all + value(one), 0));
      const ups = tier === "program" ? sum(({ smallUps }) => smallUps) : sum(({ ups }) => ups);
      const [files, tests] = [
        sum(({ batch }) => batch.files.length),
        sum(({ passed, failed }) => passed + failed.length),
      ];
      return [tier, files, tests, seconds(times[tier] ?? 0), ups, previous(tier)];
    });
  const slowest = Object.entries(times)
    .filter(([name]) => name.endsWith(".ts"))
    .sort(([, one], [, other]) => other - one)
    .slice(0, 12)
    .map(([name, value]) => [name, seconds(value), previous(name)]);
  return [
    ...aligned([["tier", "files", "tests", "seconds", "ups", "last time"], ...rows]),
    "",
    ...aligned([["slowest files", "seconds", "last time"], ...slowest]),
  ].join("\n");
}
