// What anyone on the machine could have seen while something ran: every process and every container, the brief ones too.
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { run } from "./command.ts";

export interface Seen {
  /** Command lines of processes. */
  readonly processes: Set<string>;
  /** What `docker inspect` said of each container when it started. */
  readonly containers: string[];
}

/** Watches while the action runs, which may look at what has been seen so far. */
export async function witness(action: (seen: Seen) => Promise<unknown>): Promise<Seen> {
  const seen: Seen = { processes: new Set(), containers: [] };
  const inspections: Promise<void>[] = [];
  const events = spawn(
    "docker",
    ["events", "--filter", "type=container", "--filter", "event=start", "--format", "{{.ID}}"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  createInterface(events.stdout).on("line", (id) => {
    inspections.push(
      run("docker", ["container", "inspect", id], { check: false }).then(({ code, stdout }) => {
        if (code === 0) seen.containers.push(stdout);
      }),
    );
  });
  const end = new AbortController();
  const processes = watchProcesses(seen.processes, end.signal);
  try {
    await action(seen);
  } finally {
    end.abort();
    events.kill();
    await Promise.all([processes, ...inspections]);
  }
  return seen;
}

async function watchProcesses(seen: Set<string>, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    // Processes end between the two readings.
    const found = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
    for (const words of found) if (words) seen.add(words.replaceAll("\0", " "));
    await sleep(200);
  }
}
