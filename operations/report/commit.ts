/** Which version of the project a report speaks of. */
import { spawnSync } from "node:child_process";

export interface Commit {
  /** Whole hash; nothing where the project is in no Git repository. */
  hash?: string;
  /** Whether files differ from it. */
  changed: boolean;
}

export function commitOf(folder: string): Commit {
  const git = (...words: string[]): string | undefined => {
    const { status, stdout } = spawnSync("git", words, { cwd: folder, encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  const hash = git("rev-parse", "HEAD");
  return hash === undefined ? { changed: false } : { hash, changed: git("status", "--porcelain") !== "" };
}
