// What a run of the CLI that was killed leaves in a state folder: its lock, which nobody gives back, and notes of
// resources that it was making.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join, resolve } from "node:path";
import type { Environment } from "./local-state.ts";

/** A lock as the CLI writes it, one file a run (pulumi/pulumi, pkg/backend/diy/lock.go). */
interface Lock {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/** A stack of a project in a state folder. */
export interface Place {
  backend: string;
  project: string;
  stack: string;
}

/**
 * The locks of a stack, where all of them were left by runs that are gone. Only a process of this machine and user can be
 * told to be gone: one lock of another, or one that lives, and there are none.
 */
function abandonedLocks(place: Place): Lock[] {
  const locks = locksOf(place);
  return locks.every(isAbandoned) ? locks : [];
}

function isAbandoned({ pid, username, hostname: host }: Lock): boolean {
  return host === hostname() && username === userInfo().username && !runsPulumi(pid);
}

/** The number may have gone to another program since; one that was killed may wait for its parent as a zombie. */
function runsPulumi(pid: number): boolean {
  const { stdout, error } = spawnSync("ps", ["-p", String(pid), "-o", "stat=", "-o", "comm="], { encoding: "utf8" });
  // Where nobody can tell, it may be alive.
  if (error) return isAlive(pid);
  return stdout.includes("pulumi") && !stdout.trimStart().startsWith("Z");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function locksOf({ backend, project, stack }: Place): Lock[] {
  const root = folderOf(backend);
  if (root === undefined) return [];
  const folder = join(root, ".pulumi", "locks", "organization", project, stack);
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Lock);
  } catch {
    // None was ever locked, or somebody is just writing one.
    return [];
  }
}

/** The folder of a backend that is one. */
function folderOf(backend: string): string | undefined {
  if (!backend.startsWith("file://")) return undefined;
  const path = decodeURIComponent(backend.slice("file://".length).replace(/\?.*/, ""));
  // As the CLI reads it: the home of the passwd entry, not HOME.
  return path.startsWith("~") ? join(userInfo().homedir, path.slice(1)) : resolve(path);
}

/**
 * Frees a stack of the locks of runs that were killed, and says so.
 * @returns whether there were any
 * @throws Error where the CLI cannot do it
 */
export function freeAbandoned(place: Place, cli: string, words: readonly string[], env: Environment): boolean {
  const locks = abandonedLocks(place);
  if (locks.length === 0) return false;
  clearHalfWritten(place);
  const by = locks.map(({ pid, timestamp }) => `process ${pid}, since ${clock(timestamp)}`).join("; ");
  const { status, stderr } = spawnSync(cli, ["cancel", "--yes", ...words], { env: { ...env }, encoding: "utf8" });
  if (status !== 0)
    throw new Error(
      `The state of ${place.stack} is locked by a run that was killed (${by}), and could not be freed:\n${stderr}`,
    );
  console.error(`Freed the state of ${place.stack}: the run that had locked it was killed (${by}).`);
  return true;
}

/**
 * The CLI writes beside each file of a state folder one of attributes, which it cannot read where the write was cut off:
 * "failed to load checkpoint: EOF" (gocloud.dev, fileblob). They say no more than the type of content, and nothing depends
 * on them; the file itself is as it was before that write, whole.
 */
function clearHalfWritten({ backend, project, stack }: Place): void {
  const root = folderOf(backend);
  if (root === undefined) return;
  const within = (folder: string, start = ""): string[] => {
    const place = join(root, ".pulumi", folder);
    const names = existsSync(place) ? readdirSync(place) : [];
    return names.filter((name) => name.startsWith(start)).map((name) => join(place, name));
  };
  const own = ["locks/organization", "history", "backups"].flatMap((kind) => within(join(kind, project, stack)));
  for (const file of [...within(join("stacks", project), `${stack}.`), ...own])
    if (/\.[0-9a-f]{16}\.tmp$/.test(file) || (file.endsWith(".attrs") && !isJson(readFileSync(file, "utf8"))))
      rmSync(file);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const clock = (timestamp: string): string => `${new Date(timestamp).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/**
 * Forgets what a run that was killed was about to make, once a later one has made it: the CLI would warn of it for ever.
 * Nothing else of the state changes.
 */
export function forgetPending(cli: string, words: readonly string[], env: Environment): void {
  const options = { env: { ...env }, encoding: "utf8" as const, maxBuffer: 256 * 1024 * 1024 };
  const { status, stdout } = spawnSync(cli, ["stack", "export", ...words], options);
  if (status !== 0) return;
  const state = JSON.parse(stdout) as { deployment: { pending_operations?: unknown[] } };
  // An import leaves them out.
  if (state.deployment.pending_operations?.length)
    spawnSync(cli, ["stack", "import", ...words], { ...options, input: stdout });
}
