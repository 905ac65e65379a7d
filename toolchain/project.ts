// The Pulumi project that a command is about.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";

const clone = dirname(import.meta.dirname);

export interface Project {
  /** Folder of Pulumi.yaml. */
  readonly folder: string;
  /** The project's name, under which its stacks are kept. */
  readonly name: string;
  /** File of the program, where Pulumi.yaml names one. */
  readonly program: string | undefined;
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

/**
 * The project that a command of Socle is about: the one that Pulumi itself finds from the working folder, where that lies
 * elsewhere and its program in this clone, so that the stacks' files may have a folder of their own; else the clone.
 */
export function ownProject(from = process.cwd()): Project {
  const found = findProject(from);
  const program = found?.program;
  const own = program !== undefined && existsSync(program) && isInClone(program) && !isInClone(found?.folder ?? "");
  return own && found ? found : readProject(clone, join(clone, "Pulumi.yaml"));
}

const isInClone = (path: string): boolean => `${realpathSync(path)}${sep}`.startsWith(`${clone}${sep}`);

function readProject(folder: string, file: string): Project {
  const text = readFileSync(file, "utf8");
  const name = /^name:\s*["']?([A-Za-z0-9._-]+)/m.exec(text)?.[1];
  if (name === undefined) throw new Error(`${file} has no name; add a line such as "name: socle".`);
  const main = /^main:\s*["']?([^"'#\n]+)/m.exec(text)?.[1]?.trim();
  return {
    folder,
    name,
    program: main === undefined ? undefined : resolve(folder, main),
    hasBackend: /^backend:/m.test(text),
  };
}
