// A copy of the project with a stack of its own that is only ever previewed: its files and settings may be spoiled.
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import { record } from "../../operations/evidence/record.ts";
import { Cli } from "../../toolchain/cli.ts";
import { changed } from "../config/stack.ts";
import { run } from "../lab/command.ts";
import { everyTrial } from "./evidence.ts";

const original = join(import.meta.dirname, "..", "..");
const program = [
  "index.ts",
  "config",
  "components",
  "connection",
  "host",
  "policies",
  "operations",
  "Pulumi.yaml",
  "package.json",
];

export interface Preview {
  code: number;
  /** All that was printed. */
  said: string;
}

export class Project {
  readonly folder: string;
  /** Section → settings, of the example for production. */
  readonly #settings: Record<string, unknown>;

  private constructor(folder: string, settings: Record<string, unknown>) {
    this.folder = folder;
    this.#settings = settings;
  }

  static async create(): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), "socle-policies-"));
    await Promise.all(program.map((path) => cp(join(original, path), join(folder, path), { recursive: true })));
    await mkdir(join(folder, "toolchain"));
    await cp(join(original, "toolchain", "node.cjs"), join(folder, "toolchain", "node.cjs"));
    await symlink(join(original, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "passphrase"), randomBytes(24).toString("hex"), { mode: 0o600 });
    const text = await readFile(join(original, "Pulumi.production.yaml"), "utf8");
    // The example's waivers end some day; what is shown here does not.
    const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const { config } = parse(text.replace(/expires: [\d-]+/g, `expires: ${soon}`)) as {
      config: Record<string, unknown>;
    };
    const settings = Object.entries(config).map(([key, value]) => [key.replace("socle:", ""), value]);
    const project = new Project(folder, Object.fromEntries(settings) as Record<string, unknown>);
    await project.#configure({});
    await project.pulumi(["stack", "init", "production"]);
    await project.evidence();
    return project;
  }

  /**
   * Previews the example for production.
   * @param changes to its settings, by path; @param pack attached by the environment
   */
  async preview(
    changes: Record<string, unknown> = {},
    { pack = "policies", args = [] }: { pack?: string; args?: string[] } = {},
  ): Promise<Preview> {
    await this.#configure(changes);
    const attached: Record<string, string> = pack === "" ? {} : { PULUMI_OPTION_POLICY_PACK: pack };
    return this.pulumi(["preview", "--stack", "production", ...args], attached);
  }

  /** Records all evidence that there can be of the example's image, as it was an hour ago. */
  async evidence(): Promise<void> {
    const { image } = this.#settings["application"] as { image: string };
    for (const trial of everyTrial(image.split("@")[1] ?? "", "socle-production", new Date().toISOString()))
      await record(trial, join(this.folder, "evidence"));
  }

  /** Judges the settings of the preview before, without an engine. */
  async check(...args: string[]): Promise<Preview & { printed: string }> {
    const words = ["operations/check/check.ts", ...args];
    const { code, stdout, stderr } = await run("node", words, { directory: this.folder, check: false });
    return { code, said: `${stdout}${stderr}`, printed: stdout };
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

  /** Gives a file or folder another name while something is tried. */
  async renamed<T>(from: string, to: string, attempt: () => Promise<T>): Promise<T> {
    await rename(join(this.folder, from), join(this.folder, to));
    try {
      return await attempt();
    } finally {
      await rename(join(this.folder, to), join(this.folder, from));
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #configure(changes: Record<string, unknown>): Promise<void> {
    const config = Object.entries(changed(this.#settings, changes)).map(([name, value]) => [`socle:${name}`, value]);
    const file = join(this.folder, "Pulumi.production.yaml");
    const salt = /^encryptionsalt:.*$/m.exec(await readFile(file, "utf8").catch(() => ""))?.[0] ?? "";
    await writeFile(file, `${stringify({ config: Object.fromEntries(config) as object })}${salt}\n`);
  }

  /** Where the stacks are kept, and how their secrets are opened. */
  get variables(): Record<string, string | undefined> {
    return {
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(this.folder, "passphrase"),
      PULUMI_OPTION_POLICY_PACK: undefined,
    };
  }

  async pulumi(args: string[], variables: Record<string, string> = {}): Promise<Preview> {
    const cli = new Cli(process.env);
    const { code, stdout, stderr } = await run(cli.path, [...args, "--non-interactive", "--color", "never"], {
      directory: this.folder,
      check: false,
      environment: { ...cli.variables(process.env), ...this.variables, ...variables },
    });
    return { code, said: `${stdout}${stderr}` };
  }
}
