/** `npm run bench -- NAME`: measures side by side in one run, prints each ratio beside its aim, exits 1 where one is missed. */
import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";

export interface Variant {
  name: string;
  /** One run; its figure is the seconds that it answers with, or else those that it took. */
  run: () => Promise<unknown>;
}

export interface Ratio {
  name: string;
  of: string;
  /** Variants whose seconds are taken off first. */
  less?: string[];
  over: string;
  /** The most that the ratio may be; without one it is information. */
  aim?: number;
}

/** What was counted, whichever round it was in. */
export interface Count {
  name: string;
  value: number;
  /** The most, or the least, that it should be; without either it is information. */
  most?: number;
  least?: number;
}

/** What is chosen on the command line. */
export interface Choice {
  /** Requests that a site under load is to answer at least. */
  requests?: number;
}

export interface Benchmark {
  /** What is measured, in a line. */
  title: string;
  variants: Variant[];
  ratios: Ratio[];
  /** Counted rounds; every variant runs once a round, after one round that is not counted. */
  rounds: number;
  /** Asked for after the last round, and not timed. */
  counts?: () => Promise<Count[]> | Count[];
  /** Removes what the benchmark made. */
  close: () => Promise<void>;
}

interface Outcome extends Ratio {
  ratio: number;
  least: number;
  most: number;
  met: boolean;
}

/** Runs all variants in turn, so that a machine that gets slower gets slower for all. */
async function measure(
  { variants, rounds }: Benchmark,
  progress: (text: string) => void,
): Promise<Map<string, number[]>> {
  const seconds = new Map(variants.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run } of variants) {
      progress(`${round === 0 ? "warm-up" : `round ${String(round)} of ${String(rounds)}`}: ${name}`);
      const start = performance.now();
      const said = await run();
      if (round > 0) seconds.get(name)?.push(typeof said === "number" ? said : (performance.now() - start) / 1000);
    }
  }
  progress("");
  return seconds;
}

const median = (values: number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
};

/** The ratio of two variants round by round; its median is what counts. */
function outcome(ratio: Ratio, seconds: Map<string, number[]>): Outcome {
  const over = seconds.get(ratio.over) ?? [];
  const less = (ratio.less ?? []).map((name) => seconds.get(name) ?? []);
  const pairs = (seconds.get(ratio.of) ?? []).map(
    (value, round) => (value - less.reduce((sum, one) => sum + (one[round] ?? 0), 0)) / (over[round] ?? NaN),
  );
  const value = median(pairs);
  return {
    ...ratio,
    ratio: value,
    least: Math.min(...pairs),
    most: Math.max(...pairs),
    met: ratio.aim === undefined || value <= ratio.aim,
  };
}

const kept = ({ value, most = Infinity, least = -Infinity }: Count): boolean => value <= most && value >= least;

function table(title: string, seconds: Map<string, number[]>, outcomes: Outcome[], counts: Count[]): string {
  const figure = (value: number): string => value.toFixed(2);
  const times = [...seconds].map(
    ([name, values]) =>
      `  ${name.padEnd(38)} ${figure(median(values))} s  (${figure(Math.min(...values))} to ${figure(Math.max(...values))})`,
  );
  const ratios = outcomes.map(({ name, ratio, least, most, aim, met }) => {
    const verdict = aim === undefined ? "" : `  aim ≤ ${figure(aim)}  ${met ? "met" : "MISSED"}`;
    return `  ${name.padEnd(38)} ${figure(ratio)} ×  (${figure(least)} to ${figure(most)})${verdict}`;
  });
  const counted = counts.map((count) => {
    const { name, value, most, least } = count;
    const aim = [...(most === undefined ? [] : [`≤ ${most}`]), ...(least === undefined ? [] : [`≥ ${least}`])].join(
      ", ",
    );
    return `  ${name.padEnd(38)} ${value}${aim && `  aim ${aim}  ${kept(count) ? "met" : "MISSED"}`}`;
  });
  return [
    title,
    ...["", "median of each, in this run alone:", ...times, "", "ratios, round by round:", ...ratios],
    ...(counted.length > 0 ? ["", "counted, all rounds together:", ...counted] : []),
  ].join("\n");
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string" },
      requests: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
    allowPositionals: true,
  });
  const names = readdirSync(import.meta.dirname).filter((name) =>
    existsSync(new URL(`${name}/benchmark.ts`, import.meta.url)),
  );
  const usage = `npm run bench -- ${names.join(" | ")} [--json] [--rounds N] [--requests N]`;
  if (values.help) {
    console.log(
      `usage: ${usage}\n\nMeasures side by side, and holds each ratio against its aim; exit status 1 where one is missed.`,
    );
    return 0;
  }
  const name = positionals[0];
  if (name === undefined || !names.includes(name)) {
    console.error(`${name === undefined ? "No benchmark named" : `There is no benchmark ${name}`}. Use: ${usage}`);
    return 2;
  }
  const numbers = [values.rounds, values.requests].map((text) => text !== undefined && Number(text));
  if (numbers.some((number) => number !== false && !(Number.isInteger(number) && number > 0))) {
    console.error("--rounds and --requests take a whole number above 0.");
    return 2;
  }
  const [rounds, requests] = numbers;
  const { benchmark } = (await import(`./${name}/benchmark.ts`)) as {
    benchmark: (choice: Choice) => Promise<Benchmark>;
  };
  const prepared = await benchmark(requests ? { requests } : {});
  if (rounds) prepared.rounds = rounds;
  try {
    const seconds = await measure(prepared, (text) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
      else if (text !== "") console.error(text);
    });
    const outcomes = prepared.ratios.map((ratio) => outcome(ratio, seconds));
    const counts = (await prepared.counts?.()) ?? [];
    console.log(
      values.json
        ? JSON.stringify({ name, seconds: Object.fromEntries(seconds), ratios: outcomes, counts }, undefined, 2)
        : table(prepared.title, seconds, outcomes, counts),
    );
    return outcomes.every(({ met }) => met) && counts.every(kept) ? 0 : 1;
  } finally {
    await prepared.close();
  }
}

process.exitCode = await main();
