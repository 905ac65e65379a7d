import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Options of every run of Mocha; which files, in which order and how many at a time is decided by test/run.ts.

// What tests start is compiled once, not in each of its hundreds of runs.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, ".socle", "compile-cache");
enableCompileCache(process.env.NODE_COMPILE_CACHE);

export default {
  // The SDK takes a stack trace for every promise and looks each line up in a source map: two thirds of a run under mocks.
  require: ["./toolchain/node.cjs"],
  reporter: "test/runner/reporter.ts",
  // What hangs is found out; what is slow on a busy machine is no failure.
  timeout: 120_000,
  slow: 2_000,
  "forbid-only": true,
  "forbid-pending": true,
  "fail-zero": true,
};
