/**
 * `npm test`: all tests, in two lanes side by side, since most of what they do is to wait. Ends with the line
 * `N passed, N failed` of both. With arguments, Mocha with those instead: `npm test -- FILE…`, `npm test -- --grep TEXT`.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const lanes = ["operations", "others"];

/** Ends as Mocha ends; where a signal ended it, with 1. */
const mocha = (words: string[], environment: Record<string, string> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn("mocha", words, { stdio: "inherit", env: { ...process.env, ...environment } });
    child.on("error", reject).on("close", (code) => {
      resolve(code ?? 1);
    });
  });

async function all(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "socle-lanes-"));
  try {
    const counts = await Promise.all(
      lanes.map(async (lane) => {
        const file = join(folder, lane);
        writeFileSync(file, "");
        const code = await mocha([], { SOCLE_TEST_LANE: lane, SOCLE_TEST_COUNT: file });
        const [passed = 0, failed = 0] = (readFileSync(file, "utf8").match(/\d+/g) ?? []).map(Number);
        // One that could not begin, or did not come to its end, counted nothing.
        return { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
      }),
    );
    const sum = (key: "passed" | "failed"): number => counts.reduce((total, count) => total + count[key], 0);
    const said = `${String(sum("passed"))} passed, ${String(sum("failed"))} failed`;
    console.log(said);
    const file = process.env["SOCLE_TEST_COUNT"];
    if (file) writeFileSync(file, `${said}\n`);
    return sum("failed") === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// A terminal's Ctrl-C reaches the lanes, too: what they made is removed before this ends.
process.on("SIGINT", () => undefined);
const words = process.argv.slice(2);
process.exitCode = words.length > 0 ? await mocha(words) : await all();
