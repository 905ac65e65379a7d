// The Pulumi CLI of this machine: where it is, how it is run.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type { Environment } from "./local-state.ts";

const clone = dirname(import.meta.dirname);

export class Cli {
  readonly path: string;
  readonly #home: string;

  constructor(environment: Environment) {
    this.#home = resolve(environment["PULUMI_HOME"] || join(homedir(), ".pulumi"));
    this.path = findCli(this.#home, environment["PATH"] ?? "");
  }

  /** Whether it was built here: then there is nothing to download plugins from. */
  get isBuilt(): boolean {
    return existsSync(join(this.#home, ".toolchain")) && this.path.startsWith(this.#home);
  }

  /** The environment of a run, on top of the caller's. */
  variables(environment: Environment): Record<string, string> {
    const bin = join(clone, "node_modules", ".bin");
    return {
      // By itself Pulumi takes the home of the passwd entry; the set-up and npm's `pulumi` go by HOME, as this class does.
      PULUMI_HOME: this.#home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...(this.isBuilt ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
      // The language host takes the first node on PATH: the clone's Node 24.
      PATH: [bin, dirname(this.path), environment["PATH"]].filter(Boolean).join(delimiter),
      NODE_COMPILE_CACHE: environment["NODE_COMPILE_CACHE"] || join(clone, ".socle", "compile-cache"),
    };
  }
}

/** The version that package.json pins, wherever it is: npm's place for it first, then bin, then PATH. */
function findCli(home: string, path: string): string {
  const version = wantedVersion();
  const own = join(home, "versions", version, "bin", "pulumi");
  if (isExecutable(own)) return own;
  const others = [join(home, "bin"), ...path.split(delimiter)].filter(Boolean).map((folder) => join(folder, "pulumi"));
  const found = others.filter((file) => !file.startsWith(join(clone, "node_modules")) && isExecutable(file));
  const fitting = found.find((file) => versionOf(file, home) === `v${version}`);
  if (fitting !== undefined) return fitting;
  const seen = found.length > 0 ? ` (${found.join(", ")}: another version)` : "";
  throw new Error(`The Pulumi CLI ${version} is neither in ${home} nor on PATH${seen}. Run toolchain/setup.sh.`);
}

function wantedVersion(): string {
  const text = readFileSync(join(clone, "package.json"), "utf8");
  const version = (JSON.parse(text) as { dependencies: Record<string, string> }).dependencies["@pulumi/pulumi"];
  if (version === undefined) throw new Error(`${join(clone, "package.json")} names no @pulumi/pulumi.`);
  return version;
}

function versionOf(file: string, home: string): string {
  const { status, stdout } = spawnSync(file, ["version"], {
    encoding: "utf8",
    env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return status === 0 ? stdout.trim() : "";
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs a command with this process's input and output. Ctrl-C reaches it by the
 * terminal itself; signals sent to this process alone are handed on, among them
 * the interrupt by which GitHub Actions cancels a step. Either way this process
 * outlives it, to report how it ended.
 */
export function runThrough(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd = ".",
  output: "inherit" | 2 = "inherit",
): Promise<Outcome> {
  return new Promise((done, failed) => {
    const handOn = (signal: NodeJS.Signals): boolean => child.kill(signal);
    const signals = ["SIGTERM", "SIGHUP", "SIGQUIT"] as const;
    // A second interrupt would end Pulumi on the spot: where a terminal sends one, it is not sent once more.
    const wait = (signal: NodeJS.Signals): void => {
      if (env["GITHUB_ACTIONS"] === "true") child.kill(signal);
    };
    process.on("SIGINT", wait);
    for (const signal of signals) process.on(signal, handOn);
    // Started last: a signal before these are in place would end this process alone, and leave the command.
    const child = spawn(command, args, { stdio: ["inherit", output, "inherit"], env, cwd });
    child.on("error", failed);
    child.on("exit", (code, signal) => {
      process.off("SIGINT", wait);
      for (const each of signals) process.off(each, handOn);
      done({ code, signal });
    });
  });
}
