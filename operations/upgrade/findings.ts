/** What an upgrade of PostgreSQL finds on the host (host/upgrade/plan.sh), and what keeps it from being begun. */
import { problems, type Wordings } from "../../config/problem.ts";

export interface Findings {
  /** Of the server that runs: its volume, and its major version. */
  serving: { volume: string; version: number } | undefined;
  /** Major version of the new image. */
  wanted: number;
  /** Bytes: the database, and what is free on its disk. */
  size: number;
  free: number;
  databases: string[];
  tablespaces: string[];
  /** That the database has and the new image lacks. */
  extensions: string[];
  /** Whether the new volume holds data of something else. */
  filled: boolean;
  /** An upgrade that did not end. */
  begun: { volume: string; former: string; verified: boolean } | undefined;
}

export function readFindings(text: string): Findings {
  const pairs = text.split("\n").flatMap((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1, 3) ?? []);
  const fields = new Map<string, string>();
  for (let at = 0; at < pairs.length; at += 2) fields.set(pairs[at] ?? "", pairs[at + 1] ?? "");
  const field = (name: string): string => fields.get(name) ?? "";
  const words = (name: string): string[] => field(name).split(" ").filter(Boolean);
  const verified = field("verified") === "yes";
  return {
    serving: fields.has("serving") ? { volume: field("serving"), version: Number(field("version")) } : undefined,
    wanted: Number(field("wanted")),
    size: Number(field("bytes")),
    free: Number(field("free")),
    databases: words("databases"),
    tablespaces: words("tablespaces"),
    extensions: words("extensions"),
    filled: field("filled") === "yes",
    begun: fields.has("begun") ? { volume: field("begun"), former: field("former"), verified } : undefined,
  };
}

/** Whether an upgrade that was cut off has copied everything, and the former server is out of use: only the end is missing. */
export const wantsItsEnd = ({ serving, begun }: Findings, volume: string): boolean =>
  begun?.volume === volume && begun.verified && serving?.volume !== begun.former;

export const wordings = {
  "upgrade.other-image": ({ image, found, version }: { image: string; found: number; version: number }) => [
    `${image} is PostgreSQL ${found}, not ${version}; nothing was changed.`,
    "Name another one: --image.",
  ],
  "upgrade.not-running": ({ stack }: { stack: string }) => [
    "PostgreSQL does not run, and an upgrade reads from it; nothing was changed.",
    `Run: npm run -s pulumi -- up -s ${stack}`,
  ],
  "upgrade.done-already": ({ stack, version }: { stack: string; version: number }) => [
    `Stack ${stack} runs PostgreSQL ${version} already; nothing was changed.`,
    "There is nothing to upgrade.",
  ],
  "upgrade.backwards": ({ stack, serving, version }: { stack: string; serving: number; version: number }) => [
    `Stack ${stack} runs PostgreSQL ${serving}, and none goes back to ${version}; nothing was changed.`,
    "See docs/backups.md for what an upgrade keeps.",
  ],
  "upgrade.volume-filled": ({ volume }: { volume: string }) => [
    `Volume ${volume} holds data already, of an earlier upgrade; nothing was changed.`,
    `Where it is not needed, remove it on the host: docker volume rm ${volume}`,
  ],
  "upgrade.further-databases": ({ databases }: { databases: readonly string[] }) => [
    `The server has further databases, which would stay behind: ${databases.join(", ")}; nothing was changed.`,
    "Take out what is needed of them, and drop them: socle psql --superuser.",
  ],
  "upgrade.tablespaces": ({ tablespaces }: { tablespaces: readonly string[] }) => [
    `The server has tablespaces, which lie outside its volume: ${tablespaces.join(", ")}; nothing was changed.`,
    "Move what is in them to pg_default, and drop them.",
  ],
  "upgrade.missing-extensions": ({ image, extensions }: { image: string; extensions: readonly string[] }) => [
    `${image} lacks extensions that the database has: ${extensions.join(", ")}; nothing was changed.`,
    "Name an image that has them (--image), or drop them where nothing uses them.",
  ],
  "upgrade.disk-full": ({ free, needed }: { free: number; needed: number }) => [
    `${megabytes(free)} are free on the disk of the database, and ${megabytes(needed)} are needed; nothing was changed.`,
    "Free some, or give the host a larger disk.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/**
 * @param volume of the new major version
 * @throws upgrade.… where the upgrade would fail or lose something
 */
export function refuse(found: Findings, stack: string, version: number, image: string, volume: string): void {
  const { serving, wanted, size, free, databases, tablespaces, extensions, filled } = found;
  if (wanted !== version) throw problem("upgrade.other-image", { image, found: wanted, version });
  if (!serving) throw problem("upgrade.not-running", { stack });
  if (serving.version === version) throw problem("upgrade.done-already", { stack, version });
  if (serving.version > version) throw problem("upgrade.backwards", { stack, serving: serving.version, version });
  if (filled) throw problem("upgrade.volume-filled", { volume });
  if (databases.length > 0) throw problem("upgrade.further-databases", { databases });
  if (tablespaces.length > 0) throw problem("upgrade.tablespaces", { tablespaces });
  if (extensions.length > 0) throw problem("upgrade.missing-extensions", { image, extensions });
  // A dump and a database, each at most as large as what is there.
  if (free < size * 2) throw problem("upgrade.disk-full", { free, needed: size * 2 });
}

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MB`;
