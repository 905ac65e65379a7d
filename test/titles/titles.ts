// npm run titles: whether every test of before is still there, or has a successor that asserts the same fact.
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

import { Command } from "commander";

import { file as demandFile } from "../demands/demand.ts";
import { allTests, fullTitle, type Test } from "../demands/tests.ts";
import { Random } from "../lab/random.ts";
import { wholeNumber } from "../lab/whole-number.ts";
import { compare } from "./compare.ts";
import { follow, followAll } from "./follow.ts";
import { sourceOf } from "./source.ts";
import { type Before, readBefore, readSuccessors, type Successor, take, writeSuccessors } from "./successor.ts";

/** The commit whose tests test/titles/before.tsv lists. */
const commit = "7ef49769d5f43036d9dd672f8a6ef63cc26bc15b";
const project = join(import.meta.dirname, "..", "..");

/** Some titles depend on how this machine came by Pulumi: those of a machine without its own build count as well. */
async function testsOfAnyMachine(): Promise<Test[]> {
  const home = mkdtempSync(join(tmpdir(), "socle-titles-"));
  try {
    const here = await allTests();
    const titles = new Set(here.map(fullTitle));
    const elsewhere = await allTests({ ...process.env, HOME: home, PULUMI_HOME: join(home, ".pulumi") });
    return [...here, ...elsewhere.filter((test) => !titles.has(fullTitle(test)))];
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** What the benchmarks hold against an aim, as `npm run bench -- NAME: WHAT`. */
function measurements(): Set<string> {
  const files = globSync("bench/*/benchmark.ts", { cwd: project });
  const named = files.map((file): [string, string] => [
    basename(dirname(file)),
    readFileSync(join(project, file), "utf8"),
  ]);
  return new Set(
    named.flatMap(([bench, text]) =>
      [...text.matchAll(/name: "([^"]+)"/g)].map(([, what]) => `npm run bench -- ${bench}: ${what ?? ""}`),
    ),
  );
}

function takeLists(files: readonly string[], before: readonly Before[], tests: readonly Test[]): Successor[] {
  const known = readSuccessors();
  const lists = files.map((file) => take(readFileSync(file, "utf8"), before, tests));
  for (const refused of lists.flatMap((list) => list.refused)) console.error(`not taken: ${refused}`);
  const titles = new Map(tests.map((test) => [fullTitle(test), test.file]));
  const all = [...known, ...lists.flatMap(({ successors }) => successors)];
  // Tests move to other files later on.
  const successors = all.map((one) => ({ ...one, file: titles.get(one.title) ?? one.file }));
  writeSuccessors(successors);
  if (lists.some(({ refused }) => refused.length > 0)) process.exitCode = 1;
  return readSuccessors();
}

function followDemands(before: readonly Before[], tests: readonly Test[], successors: readonly Successor[]): void {
  const path = join(project, demandFile);
  const { text, lost } = followAll(readFileSync(path, "utf8"), (title) => follow(title, before, tests, successors));
  writeFileSync(path, text);
  for (const title of lost) console.error(`${demandFile} names a test that is gone, without a successor: ${title}`);
  if (lost.length > 0) process.exitCode = 1;
}

/** Old and new source of some tests that have a successor, chosen by a seed. */
function sample(
  seed: number,
  count: number,
  before: readonly Before[],
  now: readonly Test[],
  all: readonly Successor[],
): void {
  const titles = new Set(now.map(fullTitle));
  const replaced = before.filter(({ title }) => !titles.has(title) && all.some((one) => one.before === title));
  const random = new Random(seed);
  console.log(
    `seed ${String(seed)}, ${String(Math.min(count, replaced.length))} of ${String(replaced.length)} successors`,
  );
  for (let drawn = 0; drawn < count && replaced.length > 0; drawn += 1) {
    const [{ file, title } = { file: "", title: "" }] = replaced.splice(random.below(replaced.length), 1);
    const former = execFileSync("git", ["show", `${commit}:${file}`], { cwd: project, encoding: "utf8" });
    console.log(`\n${"=".repeat(100)}\nbefore  ${title}\n        ${file}\n`);
    console.log(sourceOf(former, title) ?? "(its title is made by a function; see the file)");
    for (const next of all.filter((one) => one.before === title)) {
      console.log(`\n${"-".repeat(100)}\nnow     ${next.title}${next.table ? " (table)" : ""}\n        ${next.file}\n`);
      const text = readFileSync(join(project, next.file), "utf8");
      console.log(sourceOf(text, next.title) ?? "(its title is made by a function; see the file)");
    }
  }
}

const command = new Command("npm run titles --")
  .description("holds the titles of the tests against those of before, with the list of successors")
  .option("--take <file...>", "first adds lists of successors to test/titles/successors.tsv")
  .option("--follow", `first names in ${demandFile} the successors of titles that are gone`)
  .option("--sample <seed>", "prints old and new source of some successors, chosen by this seed", wholeNumber)
  .option("--count <number>", "how many", wholeNumber, 20)
  .parse();
const options = command.opts<{ take?: string[]; follow?: true; sample?: number; count: number }>();

const before = readBefore();
const tests = await testsOfAnyMachine();
const successors = options.take ? takeLists(options.take, before, tests) : readSuccessors();
if (options.follow) followDemands(before, tests, successors);
if (options.sample !== undefined) sample(options.sample, options.count, before, tests, successors);
const { kept, succeeded, missing, flaws } = compare(before, tests, successors, measurements());
for (const { file, title } of missing) console.log(`missing  ${title}\n         ${file}`);
for (const flaw of flaws) console.log(`wrong    ${flaw}`);
console.log(
  `${String(before.length)} titles before: ${String(kept)} kept, ${String(succeeded)} with a successor, ${String(missing.length)} missing`,
);
if (missing.length + flaws.length > 0) process.exitCode = 1;
