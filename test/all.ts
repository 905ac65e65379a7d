// npm run test:all -- PART...: all that is tested before an issue is done, and weekly; in parts, for a night.
import { Argument, Command } from "commander";

import { type Part, parts } from "./night/parts.ts";
import { keepPass, passesOf } from "./night/passes.ts";
import { runPart } from "./night/run-part.ts";
import { treeHash } from "./night/tree.ts";
import { aligned } from "./runner/table.ts";

const command = new Command("npm run test:all --")
  .description(
    "runs the parts one after the other; one that passed on this very content of the project is not run again",
  )
  .addArgument(new Argument("[part...]", "default: all").choices(parts.map(({ name }) => name)))
  .option("--again", "run those too that passed already")
  .option("--list", "say which parts there are")
  .parse();
const { again, list } = command.opts<{ again?: true; list?: true }>();
const wanted = command.args;

interface Row {
  name: string;
  result: string;
  minutes: string;
  failed: string;
}

const print = (rows: readonly Row[]): void => {
  const cells = rows.map(({ name, result, minutes, failed }) => [name, result, minutes, failed]);
  for (const line of aligned(cells, [0, 1, 2, 3])) console.log(line);
};

async function tried(part: Part, tree: string): Promise<Row> {
  const { name, minutes } = part;
  const began = Date.now();
  const failed = await runPart(part);
  const took = (Date.now() - began) / 60_000;
  // What was changed meanwhile was not tested as it is now.
  if (failed.length === 0 && treeHash() === tree) keepPass(tree, name, took);
  return {
    name,
    result: failed.length === 0 ? "passed" : "FAILED",
    minutes: `${took.toFixed(1)} of ${String(minutes)}`,
    failed: failed.slice(0, 3).join(" | "),
  };
}

const heading: Row = { name: "part", result: "result", minutes: "minutes", failed: "what failed" };
if (list)
  print(
    parts.map(({ name, shows, minutes }) => ({ name, result: `${String(minutes)} min`, minutes: shows, failed: "" })),
  );
else {
  const rows = [heading];
  for (const part of parts.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const tree = treeHash();
    const before = passesOf(tree)[part.name];
    rows.push(
      before !== undefined && !again
        ? { name: part.name, result: "passed before", minutes: before.toFixed(1), failed: "" }
        : await tried(part, tree),
    );
    if (process.exitCode === 130) break;
  }
  console.log("");
  print(rows);
  if (rows.some(({ result }) => result === "FAILED")) process.exitCode ||= 1;
}
