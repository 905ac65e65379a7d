/** The files of the project as they are now: those that git knows, and those that are new. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, lstatSync, mkdirSync, readFileSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";

import { project } from "../runner/tier.ts";

function files(): string[] {
  const words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", words, { cwd: project, encoding: "utf8", maxBuffer: 1e8 }).split("\0");
  return listed.filter((file) => file !== "" && lstatSync(join(project, file), { throwIfNoEntry: false })).sort();
}

/** The same for the same content, in any clone. */
export function treeHash(): string {
  const hash = createHash("sha256");
  for (const file of files()) {
    const path = join(project, file);
    const { mode } = lstatSync(path);
    const link = (mode & 0o170000) === 0o120000;
    const content = link ? readlinkSync(path) : readFileSync(path);
    const kind = link ? "link" : mode & 0o100 ? "program" : "file";
    hash.update(`${file}\0${kind}\0${createHash("sha256").update(content).digest("hex")}\0`);
  }
  return hash.digest("hex");
}

export function copyTree(folder: string): void {
  for (const file of files()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(project, file), join(folder, file));
  }
}
