/** Runs the commands of a part, all of them, within its time; what they print is shown as it comes. */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

import { project } from "../runner/tier.ts";
import type { Part } from "./parts.ts";

/** Seconds to clean up in, once a part was told to end. */
const graceSeconds = 120;

/** Lines that name what failed: of Mocha, npm test, the mutations and the benchmarks. */
const telling = /^(?: *\d+\) .+|failed {2}.+|.*NOT CAUGHT.*|.*MISSED.*)$/;

type Show = (text: string | Buffer) => void;

/** @returns what failed; nothing: it passed */
export async function runPart(
  { commands, minutes }: Part,
  show: Show = (text) => process.stdout.write(text),
): Promise<string[]> {
  const end = Date.now() + minutes * 60_000;
  const failed: string[] = [];
  for (const command of commands) {
    const words = command.join(" ");
    const left = end - Date.now();
    if (left <= 0) {
      failed.push(`${words}: not begun within ${String(minutes)} min`);
      continue;
    }
    show(`\n$ ${words}\n`);
    const { ended, late, said } = await run(command, left, show);
    if (late) failed.push(`${words}: not done within ${String(minutes)} min`);
    else if (ended !== "0") failed.push(`${words}: ended with ${ended}`, ...said.filter((line) => telling.test(line)));
  }
  // Mocha names each failure twice.
  return [...new Set(failed.map((line) => line.trim()))];
}

interface Ended {
  /** Exit code or signal. */
  ended: string;
  late: boolean;
  /** Lines of standard output. */
  said: string[];
}

function run([program = "", ...words]: readonly string[], milliseconds: number, show: Show): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that all of it can be told to end.
    const child = spawn(program, words, {
      cwd: project,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        PATH: [join(project, "node_modules", ".bin"), process.env["PATH"]].join(delimiter),
        NO_COLOR: "1",
      },
    });
    const signal = (name: NodeJS.Signals): void => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, name);
    };
    let late = false;
    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      // As Ctrl-C does: Mocha still runs what cleans up.
      signal("SIGINT");
      killer ??= setTimeout(signal, graceSeconds * 1000, "SIGKILL");
    };
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, milliseconds);
    const interrupted = (): void => {
      process.exitCode = 130;
      stop();
    };
    process.on("SIGINT", interrupted).on("SIGTERM", interrupted);

    const output: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => {
      output.push(part);
      show(part);
    });
    child.on("error", reject);
    // Not `close`: what a test leaves running may hold the pipe open.
    child.on("exit", (code, by) => {
      clearTimeout(timer);
      clearTimeout(killer);
      process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
      child.stdout.destroy();
      resolve({ ended: by ?? String(code), late, said: Buffer.concat(output).toString().split("\n") });
    });
  });
}
