/** `socle import media`: files are laid beside the media and compared, then moved among them. */
import { randomUUID } from "node:crypto";

import { withLock } from "../../deployment/lock.ts";
import { placeOf } from "../commands/lock.ts";
import type { Stack } from "../stack.ts";
import { upload, type Upload } from "./upload.ts";

export interface Files {
  files: number;
  bytes: number;
  new: number;
  same: number;
  /** Are there with another content. */
  differs: number;
  /** Links, devices and the like, which are not taken. */
  refused: number;
  /** Some of those that differ. */
  examples: string[];
}

const script = "import/media.sh";

export class MediaImport {
  readonly #stack: Stack;
  readonly #token = randomUUID();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  async stage(archive: Upload): Promise<Files> {
    return JSON.parse(await upload(this.#stack, script, this.#words("stage"), archive)) as Files;
  }

  /** Answers with the id of the backup that holds the state before, where something there was overwritten. */
  apply(overwrite: boolean, reason: string): Promise<string> {
    const words = this.#words("apply", overwrite ? "yes" : "no");
    return withLock({ ...placeOf(this.#stack), stack: this.#stack.name, reason }, async () =>
      (await this.#stack.host.ask(script, words, { aloud: true })).trim(),
    );
  }

  async discard(): Promise<void> {
    await this.#stack.host.ask(script, this.#words("discard"));
  }

  #words(...words: string[]): string[] {
    return [this.#stack.outputs.operations.name, this.#token, ...words];
  }
}

/** The plan, for people. */
export function describeFiles(source: string, found: Files, overwrite: boolean): string {
  const kept = overwrite ? "which are replaced; the state before is saved first" : "which stay (--overwrite)";
  return [
    `${source}: ${String(found.files)} files, ${String(Math.ceil(found.bytes / 1e6))} MB`,
    `  ${String(found.new)} are new`,
    ...(found.same > 0 ? [`  ${String(found.same)} are there already, the same`] : []),
    ...(found.differs > 0 ? [`  ${String(found.differs)} are there with another content, ${kept}:`] : []),
    ...found.examples.map((name) => `      ${name}`),
    ...(found.refused > 0 ? [`  ${String(found.refused)} are links or no files at all, and are not taken`] : []),
  ].join("\n");
}
