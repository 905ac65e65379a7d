/** Maintenance: visitors get a page and 503 instead of the site, while something is done that they should not be in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { problems, type Wordings } from "../config/problem.ts";
import { fieldsOf } from "../connection/fields.ts";
import { Host, HostError } from "../connection/host.ts";
import { deployer } from "./deployer.ts";
import { ago, clock, type LockPlace } from "./lock.ts";

const project = join(import.meta.dirname, "..");

export interface MaintenanceRequest {
  /** Why, for colleagues; visitors do not see it. */
  reason: string;
  /** Seconds after which clients are asked to try again (Retry-After, RFC 9110). Default 600. */
  retryAfter?: number;
  /** Seconds after which it ends by itself; 0, the default: not by itself. */
  lasting?: number;
  /** Addresses and networks that see the site as ever. */
  allowed?: readonly string[];
  /** What the page says below its title, in plain text. */
  message?: string;
  /** A page of the site's own in place of Socle's: HTML that needs no other file. */
  page?: string;
}

export interface Maintenance {
  since: Date;
  until: Date | undefined;
  retryAfter: number;
  owner: string;
  reason: string;
  allowed: string[];
  /** The host's clock. */
  now: Date;
}

export const wordings = {
  "maintenance.failed": ({ said }: { said: string }) => [`maintenance: ${said}`],
} satisfies Wordings;

const problem = problems(wordings);

/** Switches it on, or changes it while it is on. Health path, ACME challenges and the allowed addresses go through. */
export async function beginMaintenance(
  place: LockPlace,
  { reason, retryAfter = 600, lasting = 0, allowed = [], ...text }: MaintenanceRequest,
): Promise<Maintenance | undefined> {
  const words = [String(retryAfter), String(lasting), deployer().owner, reason, ...allowed];
  return maintenanceScript(place, ["on", ...words], maintenancePage(text));
}

export async function endMaintenance(place: LockPlace): Promise<void> {
  await maintenanceScript(place, ["off"]);
}

/** What is on; undefined when the site is open. */
export const maintenanceOf = (place: LockPlace, seconds = 60): Promise<Maintenance | undefined> =>
  maintenanceScript(place, ["status"], "", seconds);

/** Since when, until when, by whom and why. */
export function described({ since, until, now, owner, reason, allowed }: Maintenance): string {
  const end = until ? `until ${clock(until)}` : "until it is switched off";
  const through = allowed.length > 0 ? `; let through: ${allowed.join(", ")}` : "";
  return `since ${clock(since)} (${ago(since, now)} ago), ${end}, by ${owner}: ${reason}${through}`;
}

export function maintenancePage({ message, page }: Pick<MaintenanceRequest, "message" | "page">): string {
  if (page !== undefined) return page;
  const words = message ?? "The site is being worked on. Please try again in a few minutes.";
  return readFileSync(join(project, "host", "nginx", "maintenance.html"), "utf8")
    .replaceAll("@title@", "We will be right back")
    .replace("@message@", () => escaped(words));
}

const marks: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string): string => text.replaceAll(/[&<>]/g, (mark) => marks[mark] ?? mark);

async function maintenanceScript(
  { host, name }: LockPlace,
  words: string[],
  input = "",
  seconds = 60,
): Promise<Maintenance | undefined> {
  const text = await new Host(host)
    .ask("maintenance.sh", [`${name}-nginx`, ...words], { input, seconds })
    .catch((error: unknown) => {
      throw error instanceof HostError ? problem("maintenance.failed", { said: error.message }) : error;
    });
  const { since, until, now, retry, owner = "?", reason = "", allowed = "" } = fieldsOf(text);
  if (since === undefined) return undefined;
  const time = (value: string | undefined): Date => new Date(Number(value) * 1000);
  return {
    since: time(since),
    until: until === "0" ? undefined : time(until),
    now: time(now),
    retryAfter: Number(retry),
    ...{ owner, reason },
    allowed: allowed.split(" ").filter((address) => address !== ""),
  };
}
