/** The backups of a stack, as its backup container tells of them. */
import { OperatorError, type Stack } from "../stack.ts";

/** One backup of database and media. */
export interface Backup {
  /** Short id of the snapshot in the repository. */
  id: string;
  /** When it was made, as an ISO 8601 time. */
  when: string;
  family: "scheduled" | "release" | "manual" | "restore";
  /** Of database and media together, before compression and deduplication. */
  bytes: number;
}

/** What a backup holds, as counted in the moment of the dump. */
export interface Manifest {
  stack: string;
  family: Backup["family"];
  when: string;
  /** Version of the server that was dumped. */
  postgres: string;
  dump: { sha256: string; bytes: number };
  /** Rows of every table. */
  tables: Record<string, number>;
}

interface Snapshot {
  short_id: string;
  time: string;
  tags?: string[];
  summary?: { total_bytes_processed: number };
}

export class Repository {
  readonly #stack: Stack;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** Oldest first. */
  list(): Backup[] {
    const snapshots = JSON.parse(this.#restic("snapshots", "--json")) as Snapshot[];
    return snapshots
      .filter(({ tags }) => tags?.[0] !== undefined && tags[0] !== "incoming")
      .map(({ short_id: id, time, tags, summary }) => ({
        id,
        when: time,
        family: tags?.[0] as Backup["family"],
        bytes: summary?.total_bytes_processed ?? 0,
      }))
      .sort((a, b) => Date.parse(a.when) - Date.parse(b.when));
  }

  /**
   * The backup of an id, or the newest; with `at`, the newest that is not younger than that.
   * @throws OperatorError where there is none
   */
  find({ id, at }: { id?: string | undefined; at?: Date | undefined } = {}): Backup {
    const all = this.list();
    const found =
      id === undefined
        ? all.filter(({ when }) => at === undefined || Date.parse(when) <= at.getTime()).at(-1)
        : all.find((backup) => backup.id === id || (id.length >= 6 && backup.id.startsWith(id)));
    if (found) return found;
    const wanted = id ? `no backup ${id}` : at ? `no backup from before ${at.toISOString()}` : "no backup yet";
    throw new OperatorError(
      `Stack ${this.#stack.name} has ${wanted}.\n    → ${all.length > 0 ? "See which there are: socle backup list" : "Make one: socle backup now"}`,
    );
  }

  manifest(id: string): Manifest {
    return JSON.parse(this.#restic("dump", id, "/backups/work/manifest.json")) as Manifest;
  }

  #restic(...words: string[]): string {
    return this.#stack.ask("exec.sh", [this.#stack.container("backup"), "/tools/restic", "--quiet", ...words]);
  }
}
