/**
 * node test/night/mutate.ts [NAME...]: puts each mutation into a copy of the project and runs the tests that are to see it.
 * Exits 1 where one is not caught.
 */
import { spawnSync } from "node:child_process";
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

  constructor() {
    copyTree(this.#folder);
    symlinkSync(join(project, "node_modules"), join(this.#folder, "node_modules"));
  }

  /** What became of a mutation, in a line. */
  verdict(mutation: Mutation): { caught: boolean; line: string } {
    for (const file of mutation.seenBy) {
      // A test that fails anyway says nothing about the mutation.
      if (!this.#isSound(file)) return { caught: false, line: `NOT CAUGHT: ${file} fails without it` };
      apply(mutation, this.#folder);
      const failure = this.#failure(file);
      for (const changed of mutation.changes) copyFileSync(join(project, changed), join(this.#folder, changed));
      if (failure !== undefined) return { caught: true, line: `caught by ${failure} (${file})` };
    }
    return { caught: false, line: `NOT CAUGHT by ${mutation.seenBy.join(", ")}: ${mutation.fault}` };
  }

  #isSound(file: string): boolean {
    const sound = this.#sound.get(file) ?? this.#failure(file) === undefined;
    this.#sound.set(file, sound);
    return sound;
  }

  /** Title of the first test of a file that fails. */
  #failure(file: string): string | undefined {
    const report = join(this.#folder, "report.json");
    rmSync(report, { force: true });
    const words = ["--bail", "--reporter", "json", "--reporter-option", `output=${report}`, file];
    const { status, stderr } = spawnSync(join(project, "node_modules", ".bin", "mocha"), words, {
      cwd: this.#folder,
      encoding: "utf8",
    });
    if (status === 0) return undefined;
    if (!existsSync(report)) return `a file that cannot be loaded: ${stderr.trim().split("\n", 1)[0] ?? ""}`;
    const { failures } = JSON.parse(readFileSync(report, "utf8")) as Report;
    return `“${failures[0]?.fullTitle ?? "no test"}”`;
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
try {
  for (const mutation of mutations.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const began = performance.now();
    const { caught, line } = copy.verdict(mutation);
    console.log(`${mutation.name}: ${line}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
    if (!caught) process.exitCode = 1;
  }
} finally {
  copy.remove();
}
