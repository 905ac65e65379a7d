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

export default {
  ...(named ? {} : { spec: order }),
  reporter: "test/reporter.ts",
  timeout: 20_000,
  slow: 2_000,
  "forbid-only": true,
  "forbid-pending": true,
  "fail-zero": true,
};
