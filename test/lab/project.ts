// A copy of the project with a stack of its own that is only ever previewed: its files and settings may be spoiled.
import { randomBytes } from "node:crypto";
import { rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type Answer, ProjectCopy } from "../../operations/check/project-copy.ts";
import { Cli } from "../../toolchain/cli.ts";
import { run } from "./command.ts";
import { recordEverything } from "./evidence.ts";

export interface Preview {
  code: number;
  /** All that was printed. */
  said: string;
}

/**
 * The example's server is nobody's, and a plan asks it what `up` would change of its engine: an address that does not
 * answer is waited for. This one refuses at once.
 */
const refusing = { "host.address": "127.0.0.1", "host.port": 1 };

export class Project {
  readonly folder: string;
  readonly #copy: ProjectCopy;

  private constructor(copy: ProjectCopy) {
    this.folder = copy.folder;
    this.#copy = copy;
  }

  /** @param program file that is run in place of the project's own program, where its imports lead from */
  static async create(program?: string): Promise<Project> {
    const copy = await ProjectCopy.create();
    await copy.configure(refusing);
    if (program !== undefined) {
      const main = join(copy.folder, "index.ts");
      await rm(main);
      await symlink(program, main);
    }
    const project = new Project(copy);
    await writeFile(join(project.folder, "passphrase"), randomBytes(24).toString("hex"), { mode: 0o600 });
    await project.pulumi(["stack", "init", "production"]);
    await project.evidence();
    return project;
  }

  /** Writes the example's settings with some replaced, by path. */
  configure(changes: Record<string, unknown> = {}): Promise<void> {
    return this.#copy.configure({ ...refusing, ...changes });
  }

  /**
   * Previews the example for production.
   * @param changes to its settings, by path; @param pack attached by the environment
   */
  async preview(
    changes: Record<string, unknown> = {},
    {
      pack = "policies",
      args = [],
      variables = {},
    }: { pack?: string; args?: string[]; variables?: Record<string, string> } = {},
  ): Promise<Preview> {
    await this.configure(changes);
    const attached: Record<string, string> = pack === "" ? {} : { PULUMI_OPTION_POLICY_PACK: pack };
    return this.pulumi(["preview", "--stack", "production", ...args], { ...attached, ...variables });
  }

  /** Records all evidence that there can be of the example, as it was an hour ago. */
  evidence(): Promise<void> {
    return recordEverything(this.folder, "production");
  }

  /** Judges the settings of the preview before, without an engine. */
  check(...args: string[]): Promise<Answer> {
    return this.#copy.run("operations/check/check.ts", ...args);
  }

  /** Spoils a file while something is tried. */
  with<T>(path: string, edit: (text: string) => string, attempt: () => Promise<T>): Promise<T> {
    return this.#copy.with(path, edit, attempt);
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

  remove(): Promise<void> {
    return this.#copy.remove();
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
