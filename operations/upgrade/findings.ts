/** What an upgrade of PostgreSQL finds on the host (host/upgrade/plan.sh), and what keeps it from being begun. */
import { OperatorError } from "../stack.ts";

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

/**
 * @param volume of the new major version
 * @throws OperatorError where the upgrade would fail or lose something
 */
export function refuse(found: Findings, stack: string, version: number, image: string, volume: string): void {
  const { serving, wanted, size, free, databases, tablespaces, extensions, filled } = found;
  const no = (what: string, mend: string): never => {
    throw new OperatorError(`${what}; nothing was changed.\n    → ${mend}`);
  };
  if (wanted !== version) no(`${image} is PostgreSQL ${wanted}, not ${version}`, "Name another one: --image.");
  if (!serving)
    return no("PostgreSQL does not run, and an upgrade reads from it", `Run: npm run -s pulumi -- up -s ${stack}`);
  if (serving.version === version)
    no(`Stack ${stack} runs PostgreSQL ${version} already`, "There is nothing to upgrade.");
  if (serving.version > version)
    no(
      `Stack ${stack} runs PostgreSQL ${serving.version}, and none goes back to ${version}`,
      "See docs/backups.md for what an upgrade keeps.",
    );
  if (filled)
    no(
      `Volume ${volume} holds data already, of an earlier upgrade`,
      `Where it is not needed, remove it on the host: docker volume rm ${volume}`,
    );
  if (databases.length > 0)
    no(
      `The server has further databases, which would stay behind: ${databases.join(", ")}`,
      "Take out what is needed of them, and drop them: socle psql --superuser.",
    );
  if (tablespaces.length > 0)
    no(
      `The server has tablespaces, which lie outside its volume: ${tablespaces.join(", ")}`,
      "Move what is in them to pg_default, and drop them.",
    );
  if (extensions.length > 0)
    no(
      `${image} lacks extensions that the database has: ${extensions.join(", ")}`,
      "Name an image that has them (--image), or drop them where nothing uses them.",
    );
  // A dump and a database, each at most as large as what is there.
  if (free < size * 2)
    no(
      `${megabytes(free)} are free on the disk of the database, and ${megabytes(size * 2)} are needed`,
      "Free some, or give the host a larger disk.",
    );
}

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MB`;
