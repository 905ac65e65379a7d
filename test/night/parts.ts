/** What `npm run test:all` consists of. */
import { globSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { project } from "../runner/tier.ts";

export interface Part {
  name: string;
  /** What it shows, in a few words. */
  shows: string;
  /** What it runs, one after the other; each has to succeed. */
  commands: readonly (readonly string[])[];
  /** Minutes after which it counts as failed. */
  minutes: number;
}

/** One run of Mocha a file, as in `npm test`. */
const files = (pattern: string): string[][] => {
  const found = globSync(pattern, { cwd: project }).sort();
  // A pattern without files is no part that passes: Mocha says so.
  return (found.length > 0 ? found : [pattern]).map((file) => ["mocha", file]);
};

/** Few rounds: what is far off its aim shows in them. An aim that is missed counts as failed. */
const benchmarks = readdirSync(join(project, "bench"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ["node", "bench/bench.ts", name, "--rounds", "2", "--requests", "5000"]);

/** In this order: what fails most often, and soonest, comes first. */
export const parts: readonly Part[] = [
  { name: "suite", shows: "npm test", commands: [["npm", "test"]], minutes: 40 },
  {
    name: "kills",
    shows: "a deployer is killed at every step of a release, an upgrade in the middle; the way back is rehearsed",
    commands: [...files("test/night/*kill*.test.ts"), ...files("test/night/*drill*.test.ts")],
    minutes: 20,
  },
  {
    name: "reboots",
    shows: "a server is rebooted, and loses its power",
    commands: files("test/night/server-*.test.ts"),
    minutes: 15,
  },
  {
    name: "faults",
    shows: "faults by chance on a site under load",
    commands: [["node", "test/faults.ts", "--rounds", "20"]],
    minutes: 15,
  },
  {
    name: "mutations",
    shows: "each fault that is put into the product makes a test fail",
    commands: [["node", "test/night/mutate.ts"]],
    minutes: 30,
  },
  {
    name: "lab",
    shows: "the lab does what the tests rely on",
    commands: files("test/night/lab/*.test.ts"),
    minutes: 10,
  },
  {
    name: "toolchain",
    shows: "Pulumi's plugins, and the Go tests of those that are built here",
    commands: files("test/night/plugins.test.ts"),
    minutes: 5,
  },
  { name: "bench", shows: "each benchmark in short, against its aims", commands: benchmarks, minutes: 15 },
];
