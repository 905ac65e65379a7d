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
const named = process.argv.slice(2).some((word) => word.endsWith(".test.ts"));

// What tests start is compiled once, not in each of its hundreds of runs.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, ".socle", "compile-cache");
enableCompileCache(process.env.NODE_COMPILE_CACHE);

export default {
  ...(named ? {} : { spec: order }),
  reporter: "test/reporter.ts",
  timeout: 20_000,
  slow: 2_000,
  "forbid-only": true,
  "forbid-pending": true,
  "fail-zero": true,
};
