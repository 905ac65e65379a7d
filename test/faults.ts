// npm run faults -- --seed N --rounds M: faults by chance on a site under load, as long as one likes.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { Command } from "commander";

import { wholeNumber } from "./lab/whole-number.ts";

const { seed, rounds } = new Command("faults")
  .description("strikes a sample site under load with faults by chance, and holds it to the ledger afterwards")
  .option("--seed <number>", "plays a run again; default: another each time, which is printed", wholeNumber)
  .option("--rounds <number>", "how many faults; about half a minute each", wholeNumber, 20)
  .parse()
  .opts<{ seed?: number; rounds: number }>();

const mocha = join(import.meta.dirname, "..", "node_modules", ".bin", "mocha");
const { status } = spawnSync(mocha, ["test/journey/faults.test.ts", "--grep", "at random"], {
  cwd: join(import.meta.dirname, ".."),
  stdio: "inherit",
  env: {
    ...process.env,
    SOCLE_FAULTS_ROUNDS: String(rounds),
    ...(seed === undefined ? {} : { SOCLE_FAULTS_SEED: String(seed) }),
  },
});
process.exitCode = status ?? 1;
