/** Messages about deployments to a Slack-compatible webhook. A message that does not get through holds nothing up. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Settings } from "../config/schema.ts";

/** Of backups the host itself tells: host/backup/watch.sh. */
export type Event = Exclude<Settings["notifications"]["events"][number], "backup"> | "test";

export interface Channel {
  /** The webhook's address: a secret. */
  webhook: string;
  settings: Settings["notifications"];
}

export interface Notice {
  event: Event;
  /** The stack, as Pulumi knows it. */
  stack: string;
  /** Where visitors find the site. */
  url: string;
  /** The application's image, as the settings name it. */
  image: string;
  owner: string;
  /** Page of the run; empty where there is none. */
  link: string;
  /** Seconds since the start. */
  seconds?: number;
  /** Why it failed, in one line. */
  reason?: string;
}

/** What receivers of Slack's form understand: Slack, Mattermost, Rocket.Chat, Discord's /slack addresses. */
export interface Payload {
  text: string;
  username: string;
  channel?: string;
}

const attempts = 3;
const timeoutSeconds = 5;

export function payload({ settings }: Pick<Channel, "settings">, notice: Notice): Payload {
  const { channel, name } = settings;
  return { text: words(notice), username: name, ...(channel ? { channel } : {}) };
}

function words({ event, stack, url, image, owner, link, seconds, reason }: Notice): string {
  const took = seconds === undefined ? "" : ` after ${duration(seconds)}`;
  const headline = {
    start: `🚀 ${stack}: deployment started`,
    success: `✅ ${stack}: deployed${took}`,
    failure: `❌ ${stack}: deployment failed${took}`,
    rollback: `↩️ ${stack}: rolled back${took}`,
    test: `👋 ${stack}: a test message`,
  }[event];
  const lines = [
    `*${headline}*`,
    ...(reason ? [escaped(reason)] : []),
    `site ${url} · image \`${escaped(shortened(image))}\` · by ${escaped(owner)}`,
    ...(link ? [link] : []),
  ];
  return lines.join("\n");
}

/** A name and the beginning of its digest are enough to tell an image by. */
const shortened = (image: string): string => image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1…");

/** Slack gives these three a meaning (api.slack.com, "Formatting text for app surfaces"). */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const duration = (seconds: number): string =>
  seconds < 100 ? `${String(Math.round(seconds))} s` : `${String(Math.round(seconds / 60))} min`;

/**
 * Sends a message, trying three times.
 * @param pause between two attempts, in milliseconds: once, then twice as long
 * @returns what went wrong, with no more of the webhook's address than its host; undefined when it was taken
 */
export async function send({ webhook, settings }: Channel, notice: Notice, pause = 1000): Promise<string | undefined> {
  if (notice.event !== "test" && !settings.events.includes(notice.event)) return undefined;
  let problem: string | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    problem = await sendOnce(webhook, payload({ settings }, notice));
    if (problem === undefined) return undefined;
    if (attempt < attempts) await sleep(attempt * pause);
  }
  return `${new URL(webhook).host} ${problem ?? ""}`;
}

async function sendOnce(webhook: string, message: Payload): Promise<string | undefined> {
  try {
    const answer = await fetch(webhook, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    return answer.ok ? undefined : `answered ${String(answer.status)}`;
  } catch (error) {
    const { name, cause } = error as { name?: string; cause?: { code?: string } };
    return name === "TimeoutError"
      ? `did not answer within ${String(timeoutSeconds)} s`
      : `was not reached${cause?.code ? ` (${cause.code})` : ""}`;
  }
}
