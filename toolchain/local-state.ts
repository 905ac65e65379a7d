// The state folder of a clone, for those who have not named a place of their own:
// .socle/state, with a random passphrase in .socle/passphrase.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Project } from "./project.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the user keeps state elsewhere: by Pulumi.yaml, a backend, or a token of Pulumi Cloud. */
export function keepsStateElsewhere(project: Project, environment: Environment): boolean {
  return project.hasBackend || isSet(environment["PULUMI_BACKEND_URL"]) || isSet(environment["PULUMI_ACCESS_TOKEN"]);
}

export class LocalState {
  readonly #project: Project;
  readonly #folder: string;

  constructor(project: Project) {
    this.#project = project;
    this.#folder = join(project.folder, ".socle");
  }

  /** Makes the folder and the passphrase; an existing passphrase is kept: it opens the stacks' secrets. */
  prepare(): void {
    for (const folder of [this.#folder, this.#stateFolder]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
    }
    if (existsSync(this.#passphraseFile)) return;
    // By way of a link, which fails when another run was faster: the file is
    // complete from its first moment, and all runs read the same.
    const draft = `${this.#passphraseFile}.${process.pid}`;
    writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
    try {
      linkSync(draft, this.#passphraseFile);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      unlinkSync(draft);
    }
  }

  /** What the CLI needs to find both; a passphrase that the user has set stays. */
  variables(environment: Environment): Record<string, string> {
    const own =
      isSet(environment["PULUMI_CONFIG_PASSPHRASE_FILE"]) || environment["PULUMI_CONFIG_PASSPHRASE"] !== undefined;
    return {
      PULUMI_BACKEND_URL: pathToFileURL(this.#stateFolder).href,
      ...(own ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: this.#passphraseFile }),
    };
  }

  /** Whether a stack exists, read from the state folder: asking the CLI takes a third of a second. */
  hasStack(name: string): boolean {
    const file = join(this.#stateFolder, ".pulumi", "stacks", this.#project.name, `${name}.json`);
    return existsSync(file) || existsSync(`${file}.gz`);
  }

  get #stateFolder(): string {
    return join(this.#folder, "state");
  }

  get #passphraseFile(): string {
    return join(this.#folder, "passphrase");
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
