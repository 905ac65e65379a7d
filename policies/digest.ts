/** One digest for all that decides what the pack says: its sources, in order of their names. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;

/** The files of the pack, by path. */
export function sources(): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(ts|cjs|yaml|json)$/.test(path) && !path.includes("node_modules"))
    .sort();
}

export function packDigest(): string {
  const hash = createHash("sha256");
  for (const path of sources())
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(folder, path)))
      .update("\0");
  return hash.digest("hex").slice(0, 16);
}
