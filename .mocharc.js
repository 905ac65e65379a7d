import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Options of every test run: `mocha` runs all tests, in this order; `mocha FILE…` only those.
const order = [
  "test/config/**/*.test.ts",
  "test/connection/**/*.test.ts",
  "test/components/**/*.test.ts",
  "test/repository/**/*.test.ts",
  "test/host/**/*.test.ts",
  "test/!(e2e)/**/*.test.ts",
  "test/e2e/**/*.test.ts",
];
// What is done to one running site, one after another, takes as long as all the rest: a lane of its own (test/lanes.ts).
const operations = "test/e2e/local-operation-*.test.ts";
const lanes = { operations: { spec: operations }, others: { spec: order, ignore: operations } };
const named = process.argv.slice(2).some((word) => word.endsWith(".test.ts"));

// What tests start is compiled once, not in each of its hundreds of runs.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, ".socle", "compile-cache");
enableCompileCache(process.env.NODE_COMPILE_CACHE);

export default {
  ...(named ? {} : (lanes[process.env.SOCLE_TEST_LANE] ?? { spec: order })),
  reporter: "test/reporter.ts",
  timeout: 20_000,
  slow: 2_000,
  "forbid-only": true,
  "forbid-pending": true,
  "fail-zero": true,
};
