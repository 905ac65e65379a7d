/** The logs of several services as one, in the order of time. */
import { createInterface } from "node:readline";

import type { Stack } from "./stack.ts";

export interface Line {
  service: string;
  /** As the engine stamps it: RFC 3339 with nanoseconds, so that texts compare as times. */
  time: string;
  text: string;
}

export interface Selection {
  services: readonly string[];
  /** As `docker logs --since` takes it; empty: from the beginning. */
  since: string;
  /** Lines of each container, or `all`. */
  tail: string;
}

const script = "operations/logs.sh";

/** What was written so far. @throws HostError */
export function readLogs(stack: Stack, { services, since, tail }: Selection): Line[] {
  const words = [stack.outputs.operations.name, since, tail, "", ...services];
  return stack
    .ask(script, words)
    .split("\n")
    .flatMap((line) => parsed(line) ?? [])
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/**
 * Goes on after what was read, until Ctrl-C.
 * @throws HostError where the host or the way to it fails
 */
export async function watchLogs(
  stack: Stack,
  { services, since }: Selection,
  history: readonly Line[],
  print: (line: Line) => void,
): Promise<void> {
  const last = new Map(history.map(({ service, time }) => [service, time]));
  // From a little before: what one service wrote while another was read.
  const newest = history.at(-1)?.time;
  const from = newest === undefined ? since : new Date(Date.parse(newest) - 2000).toISOString();
  const child = stack.follow(script, [stack.outputs.operations.name, from, "all", "follow", ...services]);
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    // The script ends what it started when its input ends, on the other side of a network too.
    child.stdin.end();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  for await (const text of createInterface({ input: child.stdout })) {
    const line = parsed(text);
    if (line && line.time > (last.get(line.service) ?? "")) print(line);
  }
  await stack.ended(child, script, () => stopped);
}

function parsed(line: string): Line | undefined {
  const [, service = "", time = "", text = ""] = /^([^\t]+)\t(\d{4}-\S+) ?(.*)$/s.exec(line) ?? [];
  return time === "" ? undefined : { service, time, text };
}
