// The Pulumi project that a command is about.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface Project {
  /** Folder of Pulumi.yaml. */
  readonly folder: string;
  /** The project's name, under which its stacks are kept. */
  readonly name: string;
  /** Whether Pulumi.yaml names the place of the state itself. */
  readonly hasBackend: boolean;
}

/** Finds the project as the CLI does: the nearest Pulumi.yaml from a folder upwards. */
export function findProject(from: string): Project | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const file = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(folder, name)).find((path) => existsSync(path));
    if (file !== undefined) return readProject(folder, file);
    if (dirname(folder) === folder) return undefined;
  }
}

function readProject(folder: string, file: string): Project {
  const text = readFileSync(file, "utf8");
  const name = /^name:\s*["']?([A-Za-z0-9._-]+)/m.exec(text)?.[1];
  if (name === undefined) throw new Error(`${file} has no name; add a line such as "name: socle".`);
  return { folder, name, hasBackend: /^backend:/m.test(text) };
}
