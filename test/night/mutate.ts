/**
 * node test/night/mutate.ts [NAME...]: puts each mutation into a copy of the project and runs the tests that are to see it.
 * Exits 1 where one is not caught; told to end, it lets the test that runs clean up first.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { apply, type Mutation, mutations } from "../mutations/mutation.ts";
import { project } from "../runner/tier.ts";
import { copyTree } from "./tree.ts";

interface Report {
  failures: { fullTitle: string }[];
}

class Copy {
  readonly #folder = mkdtempSync(join(tmpdir(), "socle-mutation-"));
  readonly #sound = new Map<string, boolean>();
  #running: ChildProcess | undefined;
  stopped = false;

  constructor() {
    copyTree(this.#folder);
    symlinkSync(join(project, "node_modules"), join(this.#folder, "node_modules"));
  }

  /** What became of a mutation, in a line. */
  async verdict(mutation: Mutation): Promise<{ caught: boolean; line: string }> {
    for (const file of mutation.seenBy) {
      // A test that fails anyway says nothing about the mutation.
      if (!(await this.#isSound(file))) return { caught: false, line: `NOT CAUGHT: ${file} fails without it` };
      apply(mutation, this.#folder);
      const failure = await this.#failure(file);
      for (const changed of mutation.changes) copyFileSync(join(project, changed), join(this.#folder, changed));
      if (failure !== undefined) return { caught: true, line: `caught by ${failure} (${file})` };
    }
    return { caught: false, line: `NOT CAUGHT by ${mutation.seenBy.join(", ")}: ${mutation.fault}` };
  }

  async #isSound(file: string): Promise<boolean> {
    const sound = this.#sound.get(file) ?? (await this.#failure(file)) === undefined;
    this.#sound.set(file, sound);
    return sound;
  }

  /** Title of the first test of a file that fails. */
  async #failure(file: string): Promise<string | undefined> {
    const report = join(this.#folder, "report.json");
    rmSync(report, { force: true });
    const words = ["--bail", "--reporter", "json", "--reporter-option", `output=${report}`, file];
    const child = spawn(join(project, "node_modules", ".bin", "mocha"), words, {
      cwd: this.#folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#running = child;
    const said: Buffer[] = [];
    child.stderr.on("data", (part: Buffer) => said.push(part));
    const [status] = (await once(child, "exit")) as [number | null];
    // What a test leaves running may hold the pipe open.
    child.stderr.destroy();
    if (this.stopped) throw new Error("stopped");
    if (status === 0) return undefined;
    if (!existsSync(report))
      return `a file that cannot be loaded: ${Buffer.concat(said).toString().trim().split("\n", 1)[0] ?? ""}`;
    const { failures } = JSON.parse(readFileSync(report, "utf8")) as Report;
    return `“${failures[0]?.fullTitle ?? "no test"}”`;
  }

  /** The test that runs cleans up, as after Ctrl-C; no other one begins. */
  stop(): void {
    this.stopped = true;
    this.#running?.kill("SIGINT");
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

const names = process.argv.slice(2);
const strange = names.filter((name) => !mutations.some((mutation) => mutation.name === name));
if (strange.length > 0) {
  console.error(
    `There is no mutation ${strange.join(", ")}. There are: ${mutations.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}
const copy = new Copy();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    copy.stop();
  });
try {
  for (const mutation of mutations.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const began = performance.now();
    const { caught, line } = await copy.verdict(mutation);
    console.log(`${mutation.name}: ${line}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
    if (!caught) process.exitCode = 1;
  }
} catch (error) {
  if (!copy.stopped) throw error;
  process.exitCode = 130;
} finally {
  copy.remove();
}
