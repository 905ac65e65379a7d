/** A stack's configuration file, changed in place: what is not changed keeps its form and its comments. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { isScalar, parseDocument, stringify } from "yaml";

import { problems, type Wordings } from "../config/problem.ts";
import { ownProject, type Project } from "../toolchain/project.ts";

export interface Change {
  /** Section and keys in it. */
  path: string[];
  /** `undefined` where it is not set. */
  from: unknown;
  to: unknown;
}

export const wordings = {
  "stack-file.missing": ({ file, stack }: { file: string; stack: string }) => [
    `There is no ${file}: the settings of stack ${stack} are not here.`,
    "Run this in the clone that has it.",
  ],
  "stack-file.not-yaml": ({ file, reason }: { file: string; reason: string }) => [`${file} is no YAML file: ${reason}`],
} satisfies Wordings;

const problem = problems(wordings);

export class StackDocument {
  readonly file: string;
  readonly #path: string;
  readonly #project: string;
  readonly #before: string;
  #text: string;

  /** @throws stack-file.missing, stack-file.not-yaml */
  constructor(stack: string, { name, folder }: Pick<Project, "name" | "folder"> = ownProject()) {
    this.#project = name;
    this.file = `Pulumi.${stack.split("/").at(-1) ?? stack}.yaml`;
    this.#path = join(folder, this.file);
    try {
      this.#before = readFileSync(this.#path, "utf8");
    } catch {
      throw problem("stack-file.missing", { file: this.file, stack });
    }
    this.#text = this.#before;
    const [error] = parseDocument(this.#text).errors;
    if (error) throw problem("stack-file.not-yaml", { file: this.file, reason: error.message });
  }

  get #settings(): Record<string, unknown> {
    const { config = {} } = parseDocument(this.#text).toJS() as { config?: Record<string, unknown> };
    const own = Object.entries(config).filter(([key]) => key.startsWith(`${this.#project}:`));
    return Object.fromEntries(own.map(([key, value]) => [key.slice(this.#project.length + 1), value]));
  }

  /** What a section or a key in it holds; `undefined` where it is not set. */
  value([section = "", ...keys]: readonly string[]): unknown {
    return keys.reduce<unknown>((group, key) => (isGroup(group) ? group[key] : undefined), this.#settings[section]);
  }

  /** What is to be changed so that these sections are as given. */
  changes(sections: readonly string[], wanted: Record<string, unknown>): Change[] {
    const settings = this.#settings;
    return sections.flatMap((name) => differences([name], settings[name], wanted[name]));
  }

  apply(changes: readonly Change[]): void {
    for (const { path, to } of changes) {
      const [section = "", ...keys] = path;
      const place = ["config", `${this.#project}:${section}`, ...keys];
      this.#text = replaced(this.#text, place, to) ?? written(this.#text, place, to);
    }
  }

  write(): void {
    this.#write(this.#text);
  }

  /** The file as it was found. */
  restore(): void {
    this.#write(this.#before);
  }

  /** Nobody ever reads half of it. */
  #write(text: string): void {
    writeFileSync(`${this.#path}.new`, text);
    renameSync(`${this.#path}.new`, this.#path);
  }
}

/** A single value in its place; nothing beside it moves. `undefined` where it is no single value, or not there yet. */
function replaced(text: string, place: string[], to: unknown): string | undefined {
  const node = parseDocument(text).getIn(place, true);
  if (!isScalar(node) || !node.range || typeof to === "object" || to === undefined) return undefined;
  const value = stringify(to, { lineWidth: 0 }).trimEnd();
  return value.includes("\n") ? undefined : text.slice(0, node.range[0]) + value + text.slice(node.range[1]);
}

/** Anything else: the file is written anew, with its comments. */
function written(text: string, place: string[], to: unknown): string {
  const document = parseDocument(text);
  if (to === undefined) document.deleteIn(place);
  else document.setIn(place, document.createNode(to));
  return document.toString({ lineWidth: 0 });
}

function differences(path: string[], from: unknown, to: unknown): Change[] {
  if (isGroup(from) && isGroup(to))
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) =>
      differences([...path, key], from[key], to[key]),
    );
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, from, to }];
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
