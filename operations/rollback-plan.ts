/** Which release a rollback goes back to, and what it would change. */
import { isDeepStrictEqual } from "node:util";

import { problems, type Wordings } from "../config/problem.ts";
import { type History, type Release, serving } from "./release-history.ts";
import type { Change, StackDocument } from "./stack-document.ts";

/**
 * Sections of the stack file that belong to a release. What belongs to the stack stays as it is now: host, data,
 * database, backups, policies, and every secret.
 */
export const releasedSections = ["site", "application", "worker", "beat", "frontend", "nginx"] as const;

export interface RollbackPlan {
  /** The release that serves. */
  current: Release;
  target: Release;
  /** The latest that was tried: its migrations may have run, though it failed. */
  latest: Release;
  changes: Change[];
}

export const wordings = {
  "rollback.no-release": () => ["No release is recorded yet: there is nothing to go back to."],
  "rollback.first-release": ({ number }: { number: number }) => [
    `Release ${number} is the first that is recorded: there is nothing to go back to.`,
  ],
  "rollback.no-such-release": ({ wanted, releases }: { wanted: string; releases: readonly number[] }) => [
    `No release that succeeded is called ${wanted}.`,
    `Name one of: ${releases.join(", ")}; socle releases lists them.`,
  ],
} satisfies Wordings;

const problem = problems(wordings);

/**
 * @param wanted a number, or the beginning of an image, digest or hash. Default: what serves, where a release after it
 * failed or the stack file names something else; else the one before.
 * @throws rollback.no-release, rollback.first-release, rollback.no-such-release
 */
export function planRollback(history: History, document: StackDocument, wanted?: string): RollbackPlan {
  const current = serving(history);
  if (!current) throw problem("rollback.no-release");
  const target = wanted === undefined ? byDefault(history, document, current) : named(history, wanted);
  return { current, target, latest: history.releases.at(-1) ?? current, changes: changesTo(document, target) };
}

const changesTo = (document: StackDocument, { released }: Release): Change[] =>
  document.changes(releasedSections, released.settings);

function byDefault(history: History, document: StackDocument, current: Release): Release {
  if (history.releases.at(-1)?.result === "failed" || changesTo(document, current).length > 0) return current;
  const former = succeeded(history).findLast((release) => release.number < current.number && !isSame(release, current));
  if (!former) throw problem("rollback.first-release", { number: current.number });
  return former;
}

/** Whether a rollback from one to the other would bring nothing back: what belongs to the stack may differ. */
export function isSame({ released: one }: Release, { released: other }: Release): boolean {
  return (
    one.digest === other.digest &&
    releasedSections.every((section) => isDeepStrictEqual(one.settings[section], other.settings[section]))
  );
}

function named(history: History, wanted: string): Release {
  const all = succeeded(history);
  const found =
    all.find(({ number }) => String(number) === wanted) ??
    all.findLast(({ released: { image, digest, release } }) =>
      [image, image.split("@")[1] ?? "", digest, digest.replace("sha256:", ""), release].some(
        (name) => wanted.length >= 6 && name.startsWith(wanted),
      ),
    );
  if (found) return found;
  throw problem("rollback.no-such-release", { wanted, releases: all.map(({ number }) => number) });
}

const succeeded = ({ releases }: History): Release[] => releases.filter(({ result }) => result === "succeeded");
