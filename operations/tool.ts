/** Tools that the set-up brings: where they are, and how they ended. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { OperatorError } from "./stack.ts";

export type Kit = "go" | "python";

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** @throws OperatorError where the set-up has not brought it yet */
export function tool(kit: Kit, name: string): string {
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "socle");
  const path = join(cache, kit, "current", "bin", name);
  if (!existsSync(path))
    throw new OperatorError(`${name} is not installed.\n    → Run: toolchain/setup.sh --only=${kit}-tools`);
  return path;
}

export function run(program: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}, input = ""): Ended {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: "utf8",
    input,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, ...environment },
  });
  if (error) throw new OperatorError(`${program} could not be started: ${error.message}`);
  return { status, stdout, stderr };
}
