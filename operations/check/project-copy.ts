/** A throw-away copy of the project, in which the example for production and the program itself may be spoiled. */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseDocument } from "yaml";

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
  readonly #example: string;

  private constructor(folder: string, example: string) {
    this.folder = folder;
    this.#example = example;
  }

  static async create(): Promise<ProjectCopy> {
    const folder = await mkdtemp(join(tmpdir(), "socle-copy-"));
    await Promise.all(program.map((path) => cp(join(original, path), join(folder, path), { recursive: true })));
    await symlink(join(original, "node_modules"), join(folder, "node_modules"));
    // The example's waivers end some day; what is shown here does not.
    const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const text = await readFile(join(original, "Pulumi.production.yaml"), "utf8");
    const copy = new ProjectCopy(folder, text.replaceAll(/expires: [\d-]+/g, `expires: ${soon}`));
    await copy.configure();
    return copy;
  }

  get file(): string {
    return join(this.folder, "Pulumi.production.yaml");
  }

  /** Digest of the example's image. */
  get imageDigest(): string {
    const [digest = ""] = /sha256:[0-9a-f]{64}/.exec(this.#example) ?? [];
    return digest;
  }

  /** Writes the example's settings with some replaced by path, such as `site.tls.mode`; undefined takes one out. */
  async configure(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const example = parseDocument(this.#example);
    for (const [path, value] of Object.entries(changes)) {
      const [section = "", ...keys] = path.split(".").map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      const place = ["config", `socle:${String(section)}`, ...keys];
      if (value === undefined) example.deleteIn(place);
      else example.setIn(place, example.createNode(value));
    }
    // What the CLI wrote when it made a stack of the copy.
    const salt = /^encryptionsalt:.*$/m.exec(await readFile(this.file, "utf8").catch(() => ""))?.[0] ?? "";
    await writeFile(this.file, `${example.toString()}${salt}\n`);
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
        [file, ...args],
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
