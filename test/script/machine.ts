// The scripts of host/ run for real: on this machine, or on what a stand-in for `ssh` takes for another.
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { type Arguments, argumentWords } from "../../connection/arguments.ts";

export const scripts = fileURLToPath(new URL("../../host/", import.meta.url));

export interface Run {
  input?: string | Buffer;
  environment?: Record<string, string>;
  /** Folder with run.sh and the script. Default: host/. */
  folder?: string;
}

/** Runs a script through run.sh, as the tasks do. */
export function runScript(
  script: string,
  given: Arguments,
  { input = "", environment = {}, folder = scripts }: Run = {},
): SpawnSyncReturns<Buffer> {
  return spawnSync("sh", [join(folder, "run.sh"), script, ...argumentWords(given)], {
    input,
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
  });
}

export function docker(...words: string[]): string {
  const ended = spawnSync("docker", words, { encoding: "utf8", timeout: 120_000 });
  if (ended.status !== 0) throw new Error(`docker ${words.join(" ")}: ${ended.stderr}`);
  return ended.stdout.trim();
}

/** A folder for one test file's programs and files. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "socle-host-"));

  write(name: string, text: string): string {
    const file = join(this.path, name);
    writeFileSync(file, text);
    return file;
  }

  /** Puts a program into `bin`, which comes first in the PATH of `environment`. */
  program(name: string, text: string): void {
    mkdirSync(join(this.path, "bin"), { recursive: true });
    const file = join(this.path, "bin", name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  get searchPath(): string {
    return `${join(this.path, "bin")}${delimiter}${process.env["PATH"] ?? ""}`;
  }

  /** A PATH that holds these programs only. */
  only(...programs: string[]): string {
    const folder = mkdtempSync(join(this.path, "only-"));
    for (const name of programs) {
      const found = spawnSync("sh", ["-c", 'command -v "$1"', "which", name], { encoding: "utf8" }).stdout.trim();
      if (!found.startsWith("/")) throw new Error(`${name} is not installed`);
      symlinkSync(found, join(folder, name));
    }
    return folder;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
