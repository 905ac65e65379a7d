/** A fault that is put into the product on purpose: some test has to fail by it. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

export interface Mutation {
  /** File name of the patch, without its ending. */
  name: string;
  /** What goes wrong by it, in a sentence. */
  fault: string;
  /** Test files that are likely to see it, the cheapest first. */
  seenBy: string[];
  /** Files of the product that it changes. */
  changes: string[];
  /** A unified diff below these lines: git takes them for a message. */
  patch: string;
}

export const mutations: readonly Mutation[] = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".patch"))
  .map((file) => {
    const patch = readFileSync(join(import.meta.dirname, file), "utf8");
    const all = (pattern: RegExp): string[] => [...patch.matchAll(pattern)].map(([, found = ""]) => found);
    return {
      name: basename(file, ".patch"),
      fault: patch.split("\n", 1)[0] ?? "",
      seenBy: all(/^Seen by: (.*)$/gm),
      changes: all(/^--- a\/(.*)$/gm),
      patch,
    };
  });

/**
 * Puts a mutation into a folder that holds the product, or only looks whether it would go in.
 * @throws Error with what git says where it does not
 */
export function apply({ patch }: Mutation, folder: string, ...options: "--check"[]): void {
  execFileSync("git", ["apply", ...options], {
    cwd: folder,
    input: patch,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
    // A folder without a repository of its own may lie in another one, whose top git would take the paths from.
    env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) },
  });
}
