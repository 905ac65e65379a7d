/**
 * The lock of a stack, kept on its host: whoever changes the stack holds it, so that two never do at a time, also from
 * two clones or with two states, which Pulumi's own lock knows nothing of.
 */
import { randomBytes } from "node:crypto";

import { problems, type Wordings } from "../config/problem.ts";
import type { Settings } from "../config/schema.ts";
import { type Fields, fieldsOf } from "../connection/fields.ts";
import { Host, HostError } from "../connection/host.ts";
import { deployer, stateKey } from "./deployer.ts";

/** Seconds after which a lock that is not renewed frees itself: the deployer was killed or is cut off. */
export const leaseSeconds = 600;
/** Seconds that one who comes second waits: what has just ended gives its lock back within them. */
const waitSeconds = 5;
/** By it a command of Socle's lets the `pulumi up` that it runs in under its own lock. */
const handedOver = "SOCLE_LOCK";

export interface LockPlace {
  host: Settings["host"];
  /** The stack's name on its host. */
  name: string;
}

export interface Lock {
  id: string;
  /** Who holds it: a running deployment, a command of the operator, or a person by hand. */
  kind: "deployment" | "operation" | "freeze";
  owner: string;
  reason: string;
  /** Page of the run that holds it; empty where there is none. */
  link: string;
  since: Date;
  /** When it frees itself; undefined: not by itself. */
  until: Date | undefined;
  /** The host's clock when it was read. */
  now: Date;
}

export interface TakenLock extends Lock {
  /** It was held by a command of this very process's parent already. */
  joined: boolean;
  /** Who held it before and did not give it back. */
  former: Pick<Lock, "owner" | "since" | "kind"> | undefined;
}

export interface LockRequest extends LockPlace {
  kind: Lock["kind"];
  reason: string;
  /** Seconds; 0: until it is given back. Default 600. */
  lease?: number;
  /** The stack's name as Pulumi knows it, for the way out. */
  stack: string;
}

export const wordings = {
  /** Somebody else changes the stack, or keeps it from being changed. */
  "lock.held": ({ stack, lock }: { stack: string; lock: Lock }) => [
    `lock: ${described(lock)}; nothing was changed.`,
    wayOut(stack, lock),
  ],
  "lock.unreachable": ({ said }: { said: string }) => [
    `lock: it could not be reached on the host (${said}); nothing was changed.`,
    "See that its folder can be written: /var/lib/socle for root, else ~/.local/state/socle.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws lock.held where somebody else holds it */
export async function takeLock({
  stack,
  kind,
  reason,
  lease = leaseSeconds,
  ...place
}: LockRequest): Promise<TakenLock> {
  const id = process.env[handedOver] ?? randomBytes(8).toString("hex");
  const { owner, link } = deployer();
  const words = [id, kind, stateKey(), String(lease), String(waitSeconds), owner, reason, link];
  const { status, fields } = await lockScript(place, ["take", ...words]);
  const lock = read(fields);
  if (status === 3) throw problem("lock.held", { stack, lock });
  const { former_owner: former, former_since: since, former_kind: formerKind } = fields;
  return {
    ...lock,
    joined: fields["joined"] === "yes",
    former: former === undefined ? undefined : { owner: former, since: time(since), kind: formerKind as Lock["kind"] },
  };
}

/**
 * The lock that is held, if one is.
 * @param seconds that the host may take to answer
 */
export async function readLock(place: LockPlace, seconds = 60): Promise<Lock | undefined> {
  const { fields } = await lockScript(place, ["show"], seconds);
  return fields["id"] === undefined ? undefined : read(fields);
}

/** Whether it was still held: one that ran out or was taken away is not taken again. */
export async function renewLock(place: LockPlace, id: string, lease = leaseSeconds): Promise<boolean> {
  return (await lockScript(place, ["renew", id, String(lease)])).status === 0;
}

export async function releaseLock(place: LockPlace, id: string): Promise<void> {
  await lockScript(place, ["release", id]);
}

/** Takes it away from whoever holds it. */
export async function breakLock(place: LockPlace): Promise<void> {
  await lockScript(place, ["break"]);
}

/**
 * Does something that changes a stack, under its lock, which is renewed meanwhile. A `pulumi up` that is run by it is let
 * in under the same lock.
 * @throws lock.held before anything is done
 */
export async function withLock<T>(
  request: Omit<LockRequest, "kind" | "lease">,
  action: (lock: TakenLock) => Promise<T>,
): Promise<T> {
  const lock = await takeLock({ ...request, kind: "operation" });
  if (lock.joined) return action(lock);
  const renewal = setInterval(() => void renewLock(request, lock.id).catch(() => undefined), leaseSeconds * (1000 / 3));
  process.env[handedOver] = lock.id;
  try {
    return await action(lock);
  } finally {
    Reflect.deleteProperty(process.env, handedOver);
    clearInterval(renewal);
    await releaseLock(request, lock.id);
  }
}

/** Who holds a lock, since when, why and until when, in one sentence. */
export function described({ owner, reason, kind, since, until, now, link }: Lock): string {
  const end =
    until === undefined
      ? "until it is released"
      : `until ${clock(until)}${kind === "freeze" ? "" : " unless it goes on"}`;
  return `${owner} has held the stack since ${clock(since)} (${ago(since, now)} ago), ${end}: ${reason}${link ? ` (${link})` : ""}`;
}

function wayOut(stack: string, { owner, kind, until }: Lock): string {
  const release = `npm run -s socle -- unlock --force --stack ${stack}`;
  if (kind === "freeze") return `Ask ${owner}, who releases it with \`socle unlock\`; or release it: \`${release}\`.`;
  return `Wait for its end. If it was killed, the lock frees itself${until ? ` at ${clock(until)}` : ""}; if you know that nothing runs any more: \`${release}\`.`;
}

/** The time of day in UTC, as hosts' logs have it; the day too where it is another than today. */
export function clock(date: Date): string {
  const [day = "", time = ""] = date.toISOString().split("T");
  const today = new Date().toISOString().startsWith(day);
  return `${today ? "" : `${day} `}${time.slice(0, 5)} UTC`;
}

export function ago(since: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));
  if (seconds < 120) return `${String(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${String(minutes)} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${String(hours)} h` : `${String(Math.round(hours / 24))} days`;
}

const time = (seconds: string | undefined): Date => new Date(Number(seconds) * 1000);

function read(fields: Fields): Lock {
  const { id = "", kind, owner = "?", reason = "", link = "", since, until, now } = fields;
  return {
    ...{ id, owner, reason, link },
    kind: kind as Lock["kind"],
    since: time(since),
    until: until === "0" ? undefined : time(until),
    now: time(now),
  };
}

/** Runs host/lock.sh. Statuses of its own: 3, held by another; 4, not held any more. */
async function lockScript(
  { host, name }: LockPlace,
  words: string[],
  seconds = 60,
): Promise<{ status: number; fields: Fields }> {
  try {
    const { status, output } = await new Host(host).answer("lock.sh", [name, ...words], [0, 3, 4], { seconds });
    return { status, fields: fieldsOf(output) };
  } catch (error) {
    throw error instanceof HostError ? problem("lock.unreachable", { said: error.message }) : error;
  }
}
