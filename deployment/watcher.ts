/**
 * Goes on after the program, until the engine is done: it renews the lock meanwhile, then gives it back, and tells how
 * the deployment ended. The program starts it and writes to its standard input: first what it is to do, then what happens.
 */
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { recordFailure } from "./failure-record.ts";
import { leaseSeconds, type LockPlace, releaseLock, renewLock } from "./lock.ts";
import { endOfUpdate } from "./update-record.ts";
import { type Channel, type Event, type Notice, send } from "./notification.ts";

export interface Assignment {
  place: LockPlace;
  /** Id of the lock that is to be kept and given back. */
  lock: string | undefined;
  /** host:port of the engine's own server, which is there as long as the engine works. */
  engine: string;
  /** The stack, as any backend of Pulumi's finds it. */
  stack: string;
  channel: Channel | undefined;
  notice: Omit<Notice, "event" | "seconds" | "reason">;
  /** The deployment puts a former release back. */
  rollback: boolean;
  /** What is released, as the record of releases has it where it fails. */
  attempt: string;
}

/** A line that the program writes later. */
export type Report = { failed: string } | { ended: number } | { released: true };

async function watch(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) return;
  const task = JSON.parse(first.value) as Assignment;
  const started = Date.now();
  const sent = tell(task, "start");

  const renewal =
    task.lock === undefined ? undefined : setInterval(renew, (leaseSeconds * 1000) / 3, task.place, task.lock);
  const reports: Report[] = [];
  for (let line = await lines.next(); !line.done; line = await lines.next())
    reports.push(JSON.parse(line.value) as Report);

  // One step's failure ends the program, while others are still at work.
  while (await works(task.engine)) await sleep(200);
  clearInterval(renewal);
  const end = await endOf(task, reports, new Date(started));
  const { event, reason } = outcome(task, reports, end);
  // Before the lock is given back: records are written one after the other.
  // A release that serves and is recorded did not fail, whatever became of the removal of the former one.
  const released = reports.some((report) => "released" in report);
  if (event === "failure" && !released) await retried(() => recordFailure(task.place, task.attempt, reason ?? ""));
  // Of one that was killed, remote work may still be running: its lock runs out, or the next of the same state takes it.
  if (task.lock !== undefined && end !== "killed") await retried(() => releaseLock(task.place, task.lock ?? ""));
  await sent;
  await tell(task, event, { seconds: (Date.now() - started) / 1000, ...(reason ? { reason } : {}) });
}

type End = "succeeded" | "failed" | "killed";

/**
 * A program whose engine was killed ends as one that has done all: only the state tells, which the engine writes last.
 */
async function endOf({ stack }: Assignment, reports: readonly Report[], started: Date): Promise<End> {
  if (!reports.some((report) => "failed" in report || "ended" in report)) return "killed";
  for (const seconds of [0.5, 1, 2])
    try {
      const found = await endOfUpdate(stack, started);
      if (found) return found;
      await sleep(seconds * 1000);
    } catch {
      // Where the state does not answer, the program's word counts.
      return reports.some((report) => "failed" in report || ("ended" in report && report.ended !== 0))
        ? "failed"
        : "succeeded";
    }
  return "killed";
}

const killed = "The deployment was killed: it did not end. The next one takes over what it left.";

function outcome({ rollback }: Assignment, reports: readonly Report[], end: End): { event: Event; reason?: string } {
  if (end === "killed") return { event: "failure", reason: killed };
  const failed = reports.find((report) => "failed" in report);
  if (failed) return { event: "failure", reason: failed.failed };
  const ended = reports.find((report) => "ended" in report);
  if (ended?.ended !== 0) return { event: "failure", reason: "The deployment was cancelled." };
  if (end === "failed") return { event: "failure", reason: "Pulumi says that it failed, after all was released." };
  return { event: rollback ? "rollback" : "success" };
}

const tell = async (
  { channel, notice }: Assignment,
  event: Event,
  more: Pick<Notice, "seconds" | "reason"> = {},
): Promise<void> => {
  if (channel) await send(channel, { ...notice, ...more, event });
};

function renew(place: LockPlace, id: string): void {
  // A host that is out of reach for a while is asked again at the next turn.
  renewLock(place, id).catch(() => undefined);
}

/** The host may be restarting its SSH server, or its network. */
async function retried(action: () => Promise<void>): Promise<void> {
  for (const seconds of [1, 5, 0])
    try {
      await action();
      return;
    } catch {
      await sleep(seconds * 1000);
    }
}

function works(engine: string): Promise<boolean> {
  const [address = "", port = ""] = engine.split(/:(?=\d+$)/);
  if (port === "") return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: Number(port) });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Ctrl-C reaches the program, which says so; a terminal that is closed ends neither.
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  await watch();
}
