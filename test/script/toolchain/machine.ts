// What these tests run on: the clone itself, copies of it, commands.
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const clone = dirname(dirname(dirname(import.meta.dirname)));
export const node = join(clone, "node_modules", ".bin", "node");
export const pulumiHome = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi");
export const version = "3.250.0";

export type Ended = SpawnSyncReturns<string>;

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = tmpdir()): Ended {
  return spawnSync(command, args, { encoding: "utf8", cwd, env: { ...process.env, ...env } });
}

export function setUp(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  return run(join(folder, "toolchain", "setup.sh"), args, env);
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "socle-toolchain-"));
}

/** What the set-up reads of a clone, to be changed at will; packages are the clone's own unless left out. */
export function copyOfClone({ packages }: { packages: boolean }): string {
  const folder = temporaryFolder();
  for (const part of ["toolchain", "examples/site", "package.json", "package-lock.json"])
    cpSync(join(clone, part), join(folder, part), { recursive: true });
  if (packages) symlinkSync(join(clone, "node_modules"), join(folder, "node_modules"));
  return folder;
}
