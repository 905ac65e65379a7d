/** Tools that the set-up brings: where they are, and how they ended. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { problems, type Wordings } from "../config/problem.ts";

export type Kit = "go" | "python";

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

export const wordings = {
  "tool.missing": ({ name, kit }: { name: string; kit: Kit }) => [
    `${name} is not installed.`,
    `Run: toolchain/setup.sh --only=${kit}-tools`,
  ],
  "tool.not-started": ({ program, reason }: { program: string; reason: string }) => [
    `${program} could not be started: ${reason}`,
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** Of this machine, outside the clone: what was built once, and what was found out. */
export const cacheFolder = (): string => join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "socle");

/** @throws tool.missing where the set-up has not brought it yet */
export function tool(kit: Kit, name: string): string {
  const path = join(cacheFolder(), kit, "current", "bin", name);
  if (!existsSync(path)) throw problem("tool.missing", { name, kit });
  return path;
}

export function run(program: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}, input = ""): Ended {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: "utf8",
    input,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, ...environment },
  });
  if (error) throw problem("tool.not-started", { program, reason: error.message });
  return { status, stdout, stderr };
}
