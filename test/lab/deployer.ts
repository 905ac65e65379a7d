// A deployment in a process group of its own, to which something happens at a step: it is killed, as if its machine lost power, or loses its server.
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { TestStack } from "./stack.ts";

const project = join(import.meta.dirname, "..", "..");
/** Seconds that one may take. */
const patience = 300;

export interface Deployed {
  code: number | null;
  said: string;
  /** Whether the step came, and what was to happen then happened. */
  hit: boolean;
}

/** Processes that outlive the CLI that they served: they end by themselves minutes later, or never. */
const left = new Set<number>();

/** Ends what killed deployers left running on this machine, and nothing else. */
export async function endLeft(): Promise<void> {
  for (const pid of left) if ((await wordsOf(pid)).includes("pulumi")) endProcess(pid);
  left.clear();
}

/** What dies: the CLI alone, so that what it started goes on for a while; or all that it started with it. */
export type Victim = "engine" | "everything";

export interface Blow {
  /** What the CLI says when the step begins, such as `docker:index:Container backend creating`. */
  step: RegExp;
  /** Who is killed by SIGKILL, or what else happens. */
  what: Victim | (() => Promise<void>);
}

/** The marked steps of a release, in their order. */
export const releaseSteps: (Pick<Blow, "step"> & { name: string })[] = [
  { name: "the migrations", step: /command:local:Command migrate (updating|creating)/ },
  { name: "making the new backend", step: /docker:index:Container \S+-backend creating/ },
  { name: "waiting for its health", step: /command:local:Command nginx-configuration-loaded updating/ },
  { name: "the switch", step: /Command nginx-configuration-loaded updating .* \S+-worker-\S+ is healthy/ },
  { name: "the scheduler's replacement", step: /docker:index:Container beat (deleting|creating)/ },
  { name: "the removal of what served before", step: /docker:index:Container \S+-(backend|worker) deleting/ },
];

/** `npm run -s pulumi -- up`; when a step begins, something happens to it. @see endLeft */
export async function deploy(stack: TestStack, blow?: Blow): Promise<Deployed> {
  const words = [join(project, "toolchain", "pulumi.ts"), "up", "--yes", "--skip-preview", "--stack", stack.name];
  const child = spawn("node", [...words, "--non-interactive", "--color", "never"], {
    cwd: stack.folder,
    env: { ...process.env, ...stack.environment() },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const deployed: Deployed = { code: null, said: "", hit: false };
  const end = async (victim: Victim): Promise<void> => {
    const engine = await engineOf(stack);
    const started = await descendants(engine);
    process.kill(engine, "SIGKILL");
    stack.cutOff += 1;
    for (const pid of started)
      if (victim === "engine") left.add(pid);
      // The watcher is made to outlive it, as it does where it runs in another session.
      else if (!(await wordsOf(pid)).includes("watcher.ts")) endProcess(pid);
  };
  const timer = setTimeout(() => {
    endProcess(-(child.pid ?? 0));
  }, patience * 1000);
  let happening: Promise<void> | undefined;
  const heard = (line: string): void => {
    deployed.said += `${line}\n`;
    if (deployed.hit || !blow?.step.test(line)) return;
    deployed.hit = true;
    happening = typeof blow.what === "function" ? blow.what() : end(blow.what);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", heard);
  try {
    // What was started may live on with the output still open.
    deployed.code = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", resolve);
    });
    await happening;
  } finally {
    clearTimeout(timer);
  }
  return deployed;
}

/** The process that holds Pulumi's own lock. */
async function engineOf(stack: TestStack): Promise<number> {
  const folder = join(stack.folder, ".pulumi", "locks", "organization", "socle", stack.name);
  const [file = ""] = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  return (JSON.parse(await readFile(join(folder, file), "utf8")) as { pid: number }).pid;
}

/** All that a process started, directly or not. */
async function descendants(pid: number): Promise<number[]> {
  // Each thread has children of its own.
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => ""));
  const children = (await Promise.all(lists)).flatMap((list) => list.split(" ").filter(Boolean).map(Number));
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

const wordsOf = (pid: number): Promise<string> => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
