/** Moments that a stack's database can be brought back to, by the snapshots of its archived changes (host/backup/archive.sh). */

/** A snapshot of the repository, as restic lists it. */
export interface ArchiveSnapshot {
  short_id: string;
  tags?: string[];
}

/** From a moment to another one, both within. */
export interface Period {
  from: Date;
  until: Date;
}

/** What a recovery is made from. */
export interface Recovery {
  /** Snapshot of the base backup. */
  base: string;
  /** Snapshot of the changes after it. */
  changes: string;
  /** The first segment of these that it needs. */
  segment: string;
}

interface Base {
  id: string;
  /** Seconds since 1970 from which on it leads anywhere. */
  at: number;
  segment: string;
}

/** An unbroken row of changes, and the base backups within. */
interface Era {
  changes: string;
  /** Seconds since 1970 up to which it is whole. */
  until: number;
  /** Oldest first. */
  bases: Base[];
}

export class Archive {
  readonly #eras: Era[];

  constructor(snapshots: readonly ArchiveSnapshot[]) {
    const of = (family: string) => snapshots.filter(({ tags }) => tags?.[0] === family);
    const bases = of("base");
    // While changes are being stored there are two of a row: the newer one holds all of the other.
    const rows = of("wal").sort((a, b) => Number(valueOf(a, "until")) - Number(valueOf(b, "until")));
    const newest = new Map(rows.map((changes) => [valueOf(changes, "era"), changes]));
    this.#eras = [...newest].map(([era, changes]) => ({
      changes: changes.short_id,
      until: Number(valueOf(changes, "until")),
      bases: bases
        .filter((base) => valueOf(base, "era") === era)
        .map((base) => ({
          id: base.short_id,
          at: Number(valueOf(base, "at")),
          segment: valueOf(base, "from"),
        }))
        .sort((a, b) => a.at - b.at),
    }));
  }

  /** Oldest first; between two of them the changes were lost, or PostgreSQL was another one. */
  get periods(): Period[] {
    return this.#eras
      .flatMap(({ until, bases: [oldest] }) =>
        oldest && oldest.at <= until ? [{ from: new Date(oldest.at * 1000), until: new Date(until * 1000) }] : [],
      )
      .sort((a, b) => a.from.getTime() - b.from.getTime());
  }

  /** From the nearest base backup; nothing where the moment is in none of the periods. */
  recovery(moment: Date): Recovery | undefined {
    const seconds = moment.getTime() / 1000;
    return this.#eras
      .filter(({ until }) => seconds <= until)
      .flatMap(({ changes, bases }) =>
        bases.filter(({ at }) => at <= seconds).map(({ id, at, segment }) => ({ base: id, changes, segment, at })),
      )
      .sort((a, b) => b.at - a.at)
      .map(({ base, changes, segment }) => ({ base, changes, segment }))[0];
  }
}

/** Of a tag that is a name, a hyphen and a value. */
const valueOf = ({ tags }: ArchiveSnapshot, name: string): string =>
  tags?.find((tag) => tag.startsWith(`${name}-`))?.slice(name.length + 1) ?? "";

/** In words, in UTC. */
export const described = ({ from, until }: Period): string => `${written(from)} to ${written(until)}`;

/** To the second. */
const written = (moment: Date): string => moment.toISOString().replace(".000Z", "Z");
