/** A throw-away copy of the project, with a state folder of its own: benchmarks never touch a stack. */
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { run } from "../test/lab/command.ts";
import { Cli } from "../toolchain/cli.ts";

export const project = join(import.meta.dirname, "..");

/** What the program is made of. */
export const program = [
  "index.ts",
  "config",
  "components",
  "connection",
  "host",
  "deployment",
  "migration",
  "Pulumi.yaml",
];

export class Copy {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** With the project's packages, its way to start Node, and the given files of it. */
  static async of(files: readonly string[]): Promise<Copy> {
    const folder = await mkdtemp(join(tmpdir(), "socle-bench-"));
    await writeFile(join(folder, "passphrase"), randomBytes(24).toString("hex"), { mode: 0o600 });
    await mkdir(join(folder, "toolchain"));
    await symlink(join(project, "node_modules"), join(folder, "node_modules"));
    for (const file of ["package.json", "toolchain/node.cjs", ...files])
      await cp(join(project, file), join(folder, file), { recursive: true });
    return new Copy(folder);
  }

  /** Lays a folder's files over the copy. */
  async overlay(files: string): Promise<void> {
    await cp(files, this.folder, { recursive: true });
  }

  /** A stack that was never up, with the settings of a file but not its salt, which belongs to another passphrase. */
  async stack(name: string, settings: string): Promise<void> {
    const text = await readFile(join(project, settings), "utf8");
    await writeFile(join(this.folder, `Pulumi.${name}.yaml`), text.replace(/^encryptionsalt:.*$/m, ""));
    await this.pulumi(["stack", "init", name]);
  }

  async pulumi(args: readonly string[]): Promise<void> {
    const cli = new Cli(process.env);
    const environment = {
      ...cli.variables(process.env),
      NODE_COMPILE_CACHE: join(this.folder, ".cache"),
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(this.folder, "passphrase"),
      SOCLE_EVIDENCE: join(this.folder, "evidence"),
    };
    await run(cli.path, [...args, "--non-interactive"], { directory: this.folder, environment });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
