// npm test: lint and types, then every tier; each file of the slower ones in a process of its own, several side by side.
import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { styleText } from "node:util";

import { Command, Option } from "commander";

import { wholeNumber } from "./lab/whole-number.ts";
import { type Done, runBatch } from "./runner/batch.ts";
import { EngineWatch } from "./runner/engine.ts";
import { table, timesOf } from "./runner/table.ts";
import { type Batch, batches, project, type Tier, tierOf, tiers } from "./runner/tier.ts";
import { keepTimes, lastTimes } from "./runner/times.ts";

const cores = availableParallelism();
const command = new Command("npm test --")
  .description("runs the tests: lint and types first, then tier by tier")
  .argument("[file...]", "only these test files; default: all")
  .option(
    "--seed <number>",
    "plays the order of a run again; default: another each time, which is printed",
    wholeNumber,
  )
  .addOption(new Option("--tier <name...>", "only these tiers").choices(tiers))
  // On two processors two lanes leave some 15 % of their time idle, three 7 %.
  .option("--lanes <number>", "files side by side", wholeNumber, Math.max(3, Math.min(4, cores)))
  .option("--verbose", "print every test, not only those that failed")
  .parse();
const {
  seed = Math.floor(Math.random() * 1e9),
  tier: chosen = tiers,
  lanes,
  verbose,
} = command.opts<{
  seed?: number;
  tier?: readonly Tier[];
  lanes: number;
  verbose?: true;
}>();
const only = command.args.map((file) => relative(project, resolve(process.env["INIT_CWD"] ?? ".", file)));
for (const file of only)
  if (tierOf(file) === undefined)
    command.error(
      `${existsSync(file) ? "no tier has" : "there is no"} ${file}: name files such as test/script/switch.test.ts`,
    );

const paint = (style: "red" | "green" | "dim", text: string): string =>
  process.stdout.isTTY ? styleText(style, text) : text;

const done: Done[] = [];
const engine = new EngineWatch();
async function one(batch: Batch): Promise<void> {
  const result = await engine.attempt((over) => runBatch(batch, over));
  done.push(result);
  const { failed, passed, wall, said } = result;
  const name = batch.files.length === 1 ? batch.files[0] : `${String(batch.files.length)} files of test/${batch.tier}`;
  const sign = failed.length === 0 ? paint("green", "✓") : paint("red", "✗");
  console.log(
    `${sign} ${name ?? ""}  ${paint("dim", `${String(passed + failed.length)} tests, ${wall.toFixed(0)} s`)}`,
  );
  if (failed.length > 0 || verbose) console.log(said);
}

/** Runs all of several queues; each lane takes from the first queue that has something, the first lane from the last one. */
async function pool(first: Batch[], second: Batch[]): Promise<void> {
  const lane = async (index: number): Promise<void> => {
    const queues = index === 0 ? [second, first] : [first, second];
    for (let next = take(queues); next; next = take(queues)) await one(next);
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
}
const take = (queues: Batch[][]): Batch | undefined => queues.find((queue) => queue.length > 0)?.shift();

const of = (tier: Tier): Batch[] =>
  chosen.includes(tier) ? batches(tier, { seed, width: cores, ...(only.length > 0 ? { only } : {}) }) : [];
const last = lastTimes();
const start = performance.now();

console.log(`seed ${String(seed)}: npm test -- --seed ${String(seed)} plays this order again\n`);
await Promise.all(of("lint").map(one));
// What is not typed or not linted need not be run.
if (done.every(({ failed }) => failed.length === 0)) {
  await Promise.all(of("unit").map(one));
  const short = [...of("program"), ...of("script")];
  const took = ({ files }: Batch): number => files.reduce((sum, file) => sum + (last[file] ?? 0), 0);
  // The longest first: the others fill the time until it ends.
  const journeys = of("journey").sort((one, other) => took(other) - took(one));
  if (short.length + journeys.length > 0) {
    const watched = engine.watch();
    await pool(short, journeys);
    engine.end();
    await watched;
  }
} else console.log("Nothing else was run: lint and types come first.");

const failed = done.flatMap((each) => each.failed);
const passed = done.reduce((sum, each) => sum + each.passed, 0);
console.log(`\n${table(done, last)}\n`);
for (const { title, file } of failed) console.log(`${paint("red", "failed")}  ${title}\n        npx mocha ${file}`);
console.log(`${((performance.now() - start) / 60_000).toFixed(1)} minutes, seed ${String(seed)}`);
if (only.length === 0 && failed.length === 0) keepTimes(timesOf(done));
const count = `${String(passed)} passed, ${String(failed.length)} failed`;
console.log(count);
// For who runs the tests as part of more, whose last line is another.
const file = process.env["SOCLE_TEST_COUNT"];
if (file) writeFileSync(file, `${count}\n`);
process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;
