/** The logs of several services as one, in the order of time, with a line where a release began, served or failed. */
import { createInterface } from "node:readline";

import type { Line } from "./log-line.ts";
import { parsed as parsedRelease } from "./release-history.ts";
import { markersOf } from "./release-marker.ts";
import type { Stack } from "./stack.ts";

export interface Selection {
  services: readonly string[];
  /** As `docker logs --since` takes it; empty: from the beginning. */
  since: string;
  /** Lines of each container, or `all`. */
  tail: string;
}

const script = "operations/logs.sh";

/** What was written so far. @throws HostError */
export async function readLogs(stack: Stack, { services, since, tail }: Selection): Promise<Line[]> {
  const words = [stack.outputs.operations.name, since, tail, "", ...services];
  const said = await stack.host.ask(script, words);
  const all = said.split("\n").flatMap(parsed);
  const from = beginning({ since, tail }, all);
  return all
    .filter((line) => !line.release || line.time >= from)
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** From when on releases are told of: what was asked for, or else where the first line is; down to seconds, as theirs are. */
function beginning({ since, tail }: Pick<Selection, "since" | "tail">, lines: readonly Line[]): string {
  if (since === "" && tail === "all") return "";
  const first = lines.reduce((least, { time, release }) => (release || time > least ? least : time), "9");
  return (since === "" ? first : instant(since)).slice(0, "2026-11-24T15:30:00".length);
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A time, or an age as `docker logs --since` takes it, as a time. */
function instant(since: string): string {
  const parts = [...since.matchAll(/([\d.]+)(ms|[smh])/g)];
  if (!/^([\d.]+(ms|[smh]))+$/.test(since)) return since;
  const age = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
  return new Date(Date.now() - age).toISOString();
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
  const running = stack.host.stream(script, [stack.outputs.operations.name, from, "all", "follow", ...services]);
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    // The script ends what it started when its input ends, on the other side of a network too.
    running.input.end();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  for await (const text of createInterface({ input: running.output })) {
    for (const line of parsed(text)) {
      // Of a release, what is told as it happens is its end: the record is written then.
      const news = line.release ? line.release.event !== "began" : line.time > (last.get(line.service) ?? "");
      if (news) print(line);
    }
  }
  await running.ended(() => stopped);
}

function parsed(line: string): Line[] {
  const [key, record] = line.split("\t", 2);
  if (key === "releases") {
    const release = parsedRelease(record ?? "");
    return release ? markersOf(release) : [];
  }
  const [, service = "", time = "", text = ""] = /^([^\t]+)\t(\d{4}-\S+) ?(.*)$/s.exec(line) ?? [];
  return time === "" ? [] : [{ service, time, text }];
}
