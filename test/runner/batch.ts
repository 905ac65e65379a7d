// One run of Mocha over one or more files, and what came of it.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { lines } from "../lab/command.ts";
import type { Outcome } from "./reporter.ts";
import { type Batch, project } from "./tier.ts";

export interface Done extends Outcome {
  batch: Batch;
  /** From the start of the process to its end. */
  wall: number;
  /** `pulumi up`s of whole sites. */
  ups: number;
  /** `pulumi up`s of a small program. */
  smallUps: number;
  /** All that was printed. */
  said: string;
}

/** No file takes so long unless it hangs. */
const limitSeconds = 20 * 60;

/** @param over ends the process when it is aborted */
export async function runBatch(batch: Batch, over?: AbortSignal): Promise<Done> {
  const folder = await mkdtemp(join(tmpdir(), "socle-test-"));
  const file = (name: string): string => join(folder, name);
  const start = performance.now();
  try {
    // What a step of a journey leaves behind the next one builds on.
    const words = ["node_modules/mocha/bin/mocha.js", ...(batch.tier === "journey" ? ["--bail"] : []), ...batch.files];
    const variables = {
      SOCLE_TEST_OUTCOME: file("outcome.json"),
      SOCLE_TEST_UPS: file("ups"),
      SOCLE_TEST_SMALL_UPS: file("small-ups"),
    };
    const { said, end } = await ended(words, variables, over);
    const wall = (performance.now() - start) / 1000;
    const outcome = await readFile(file("outcome.json"), "utf8").then(
      (text) => JSON.parse(text) as Outcome,
      (): Outcome => ({ passed: 0, failed: [], seconds: {} }),
    );
    const [first = ""] = batch.files;
    // A file that cannot be loaded, a process that was ended: no test of it failed, and yet it did.
    if (end !== "exit code 0" && outcome.failed.length === 0)
      outcome.failed.push({ title: `ended with ${end}`, file: first });
    const counted = async (name: string): Promise<number> =>
      lines(await readFile(file(name), "utf8").catch(() => "")).reduce(
        (sum, line) => sum + Number.parseInt(line, 10),
        0,
      );
    return { ...outcome, batch, wall, ups: await counted("ups"), smallUps: await counted("small-ups"), said };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ended(
  words: readonly string[],
  variables: Record<string, string>,
  over: AbortSignal | undefined,
): Promise<{ said: string; end: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, {
      cwd: project,
      // `node` by name is this one in what the tests start.
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => said.push(part));
    const kill = (): void => void child.kill("SIGKILL");
    const timer = setTimeout(kill, limitSeconds * 1000);
    if (over?.aborted) kill();
    over?.addEventListener("abort", kill, { once: true });
    child.on("error", reject);
    // Not `close`: what a test leaves running may hold the pipes open.
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      over?.removeEventListener("abort", kill);
      setTimeout(() => {
        for (const stream of [child.stdout, child.stderr]) stream.destroy();
        resolve({ said: Buffer.concat(said).toString(), end: signal ?? `exit code ${String(code)}` });
      }, 100);
    });
  });
}
