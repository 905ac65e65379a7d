/** The record of a stack's releases on its host: read, and checked to be as it was written. */
import { createHash } from "node:crypto";

import { areMigrations } from "../config/migration-name.ts";
import type { Stack } from "./stack.ts";

export interface Release {
  number: number;
  result: "succeeded" | "failed";
  /** SHA-256 of `released` as it was recorded. */
  content: string;
  /** When it ended, by the host's clock, UTC. */
  when: string;
  /** When its deployment began; empty where nobody held the lock, missing in records of older versions. */
  began?: string;
  /** When the traffic moved to it; empty where it never did. */
  served?: string;
  who: string;
  /** Page of the run that deployed it, where there is one. */
  link: string;
  /** Of a failure. */
  reason: string;
  /** Heads of the application's migrations, separated by spaces. */
  heads: { before: string; after: string };
  /** Name of the configuration that Nginx served afterwards. */
  nginx: string;
  released: {
    image: string;
    digest: string;
    /** Short hash of image and environment. */
    release: string;
    /** The settings as the stack file gave them; no secrets. */
    settings: Record<string, unknown>;
  };
  previous: string;
  hash: string;
}

export interface History {
  releases: Release[];
  /** What is not as it was written. */
  flaws: string[];
}

/** @throws HostError */
export async function readHistory(stack: Stack): Promise<History> {
  return verified(
    await stack.host.ask("releases/list.sh", [stack.outputs.operations.name]),
    stack.outputs.operations.recorded,
  );
}

/** @param anchor what the stack's state says of the latest release that succeeded */
export function verified(text: string, anchor?: { number: number; hash: string }): History {
  const releases: Release[] = [];
  const flaws: string[] = [];
  let previous = "";
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const place = `line ${index + 1}`;
    const [, body, hash = ""] = /^(.*),"hash":"([0-9a-f]{64})"}$/.exec(line) ?? [];
    const release = body === undefined ? undefined : parsed(line);
    if (!release) {
      flaws.push(`${place} is not whole`);
      continue;
    }
    if (
      createHash("sha256")
        .update(`${body ?? ""}}`)
        .digest("hex") !== hash
    )
      flaws.push(`${place} (release ${release.number}) was changed`);
    // They come from an image, and end in command lines.
    for (const heads of Object.values(release.heads))
      if (!areMigrations(heads)) flaws.push(`${place} (release ${release.number}) names a migration that is none`);
    if (release.previous !== previous) flaws.push(`what stood before ${place} (release ${release.number}) was changed`);
    previous = hash;
    releases.push(release);
  }
  if (anchor && !releases.some(({ number, hash }) => number === anchor.number && hash === anchor.hash))
    flaws.push(`release ${anchor.number}, as the stack's state knows it, is missing`);
  return { releases, flaws };
}

/** A line of the record; undefined where it is not whole. */
export function parsed(line: string): Release | undefined {
  try {
    return JSON.parse(line) as Release;
  } catch {
    return undefined;
  }
}

/** The release that serves: the last one that succeeded. */
export const serving = ({ releases }: History): Release | undefined =>
  releases.findLast(({ result }) => result === "succeeded");
