/** A throw-away copy of the project, in which the example for production and the program itself may be spoiled. */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { exampleImage, exampleWith } from "./example.ts";
import type { UnsafeVariant } from "./unsafe-variants.ts";

const original = join(import.meta.dirname, "..", "..");
const program = [
  "index.ts",
  "config",
  "components",
  "connection",
  "host",
  "deployment",
  "migration",
  "policies",
  "operations",
  "Pulumi.yaml",
  "package.json",
  // Its programs alone: the set-up beside them has folders that are large.
  ...readdirSync(join(original, "toolchain"))
    .filter((name) => /\.(?:ts|cjs)$/.test(name))
    .map((name) => join("toolchain", name)),
];

export interface Answer {
  code: number;
  /** On standard output. */
  printed: string;
  /** On both. */
  said: string;
}

export class ProjectCopy {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<ProjectCopy> {
    const folder = await mkdtemp(join(tmpdir(), "socle-copy-"));
    await Promise.all(program.map((path) => cp(join(original, path), join(folder, path), { recursive: true })));
    await symlink(join(original, "node_modules"), join(folder, "node_modules"));
    const copy = new ProjectCopy(folder);
    await copy.configure();
    return copy;
  }

  get file(): string {
    return join(this.folder, "Pulumi.production.yaml");
  }

  /** Where its evidence is recorded. */
  get evidence(): string {
    return join(this.folder, "evidence");
  }

  /** Digest of the example's image. */
  get imageDigest(): string {
    return exampleImage();
  }

  /** Writes the example's settings with some replaced by path, such as `site.tls.mode`; undefined takes one out. */
  async configure(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
    // What the CLI wrote when it made a stack of the copy.
    const salt = /^encryptionsalt:.*$/m.exec(await readFile(this.file, "utf8").catch(() => ""))?.[0] ?? "";
    await writeFile(this.file, `${exampleWith(changes)}${salt}\n`);
  }

  /** Makes the copy unsafe while something is tried. */
  async vary<T>({ settings, edit }: UnsafeVariant, attempt: () => Promise<T>): Promise<T> {
    await this.configure(settings);
    return edit ? this.with(edit[0], (text) => text.replace(edit[1], edit[2]), attempt) : attempt();
  }

  /** Runs a file of the copy, such as operations/check/check.ts. */
  run(file: string, ...args: string[]): Promise<Answer> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ["--require", "./toolchain/node.cjs", file, ...args],
        { cwd: this.folder, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
          resolve({ code, printed: stdout, said: `${stdout}${stderr}` });
        },
      );
    });
  }

  /** Spoils a file while something is tried. */
  async with<T>(path: string, edit: (text: string) => string, attempt: () => Promise<T>): Promise<T> {
    const file = join(this.folder, path);
    const text = await readFile(file, "utf8");
    const spoiled = edit(text);
    if (spoiled === text) throw new Error(`${path} has nothing to edit`);
    await writeFile(file, spoiled);
    try {
      return await attempt();
    } finally {
      await writeFile(file, text);
    }
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
