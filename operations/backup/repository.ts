/** The backups of a stack, as its backup container tells of them. */
import { OperatorError, type Stack } from "../stack.ts";
import { Archive } from "./archive.ts";

const families = ["scheduled", "release", "manual", "restore"] as const;

/** One backup of database and media. */
export interface Backup {
  /** Short id of the snapshot in the repository. */
  id: string;
  /** When it was made, as an ISO 8601 time. */
  when: string;
  family: (typeof families)[number];
  /** Of database and media together, before compression and deduplication. */
  bytes: number;
}

/** Where a backup is. */
export interface Whereabouts {
  /** In the repository on the host, from which it can be restored. */
  local: boolean;
  /** In the off-site repository, as of the last copy. */
  offsite: boolean;
}

/** A repository that was left beside the one in use, since no key on the host opens it (host/backup/open.sh). */
export interface Previous {
  repository: string;
  /** What brings its backups into the one in use; FILE holds the key that it was made with. */
  command: string;
}

/** What a backup holds, as counted in the moment of the dump. */
export interface Manifest {
  stack: string;
  /** `moment`: recovered from the archive. */
  family: Backup["family"] | "moment";
  when: string;
  /** Version of the server that was dumped. */
  postgres: string;
  dump: { sha256: string; bytes: number };
  /** Rows of every table. */
  tables: Record<string, number>;
}

interface Snapshot {
  id: string;
  short_id: string;
  /** The first snapshot of this content: a tag and a copy make new ones. */
  original?: string;
  time: string;
  /** Name of the stack that it is of. */
  hostname: string;
  tags?: string[];
  summary?: { total_bytes_processed: number };
}

export class Repository {
  readonly #stack: Stack;
  /** All of them, as they were first asked for. */
  #read: Promise<Snapshot[]> | undefined;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** Oldest first. */
  async list(): Promise<Backup[]> {
    return (await this.#snapshots()).filter(counts).map(backupOf).sort(byAge);
  }

  /** Those here and those off-site, oldest first; one that is off-site alone has its id there. */
  async everywhere(): Promise<(Backup & Whereabouts)[]> {
    const here = (await this.#snapshots()).filter(counts);
    const there = await this.#offsite();
    const content = ({ id, original }: Snapshot): string => original ?? id;
    const copied = new Set(there.map(content));
    const kept = new Set(here.map(content));
    return [
      ...here.map((each) => ({ ...backupOf(each), local: true, offsite: copied.has(content(each)) })),
      ...there
        .filter((each) => !kept.has(content(each)))
        .map((each) => ({ ...backupOf(each), local: false, offsite: true })),
    ].sort(byAge);
  }

  /** Oldest first. */
  async previous(): Promise<Previous[]> {
    return (await this.#names("/backups", "repository")).map((repository) => ({
      repository,
      command: `socle backup fetch --from ${repository} --key FILE --stack ${this.#stack.name}`,
    }));
  }

  /** Times until which the stack had other keys, as far as they are on the host; oldest first. */
  async previousKeys(): Promise<string[]> {
    return (await this.#names("/run/socle", "repository-key")).map((name) => name.replace("repository-key-until-", ""));
  }

  /** A key of the times above. */
  async previousKey(until: string): Promise<string> {
    const words = [this.#stack.container("backup"), "cat", `/run/socle/repository-key-until-${until}`];
    return (await this.#stack.host.ask("exec.sh", words)).trim();
  }

  /** What was given another name when something else took its place. */
  async #names(folder: string, of: string): Promise<string[]> {
    const words = [this.#stack.container("backup"), "find", folder, "-maxdepth", "1", "-name", `${of}-until-*`];
    const found = await this.#stack.host.ask("exec.sh", words);
    return found
      .split("\n")
      .filter((path) => path !== "")
      .map((path) => path.replace(`${folder}/`, ""))
      .sort();
  }

  /** Whether there is an off-site repository by the stack's settings. */
  get hasOffsite(): boolean {
    return this.#stack.outputs.services["offsite"] !== undefined;
  }

  /**
   * The backup of an id, or the newest; with `at`, the newest that is not younger than that.
   * @throws OperatorError where there is none
   */
  async find({ id, at }: { id?: string | undefined; at?: Date | undefined } = {}): Promise<Backup> {
    const all = await this.list();
    const found =
      id === undefined
        ? all.filter(({ when }) => at === undefined || Date.parse(when) <= at.getTime()).at(-1)
        : all.find((backup) => backup.id === id || (id.length >= 6 && backup.id.startsWith(id)));
    if (found) return found;
    if (id !== undefined && (await this.everywhere()).some((backup) => backup.id.startsWith(id)))
      throw new OperatorError(`Backup ${id} is off-site alone.\n    → Bring it here first: socle backup fetch ${id}`);
    const wanted = id ? `no backup ${id}` : at ? `no backup from before ${at.toISOString()}` : "no backup yet";
    throw new OperatorError(
      `Stack ${this.#stack.name} has ${wanted}.\n    → ${all.length > 0 ? "See which there are: socle backup list" : "Make one: socle backup now"}`,
    );
  }

  /** The moments that the database can be brought back to; what is another stack's is none of them. */
  async archive(): Promise<Archive> {
    const { name } = this.#stack.outputs.operations;
    return new Archive((await this.#snapshots()).filter(({ hostname }) => hostname === name));
  }

  async manifest(id: string): Promise<Manifest> {
    return JSON.parse(await this.#restic("dump", id, "/backups/work/manifest.json")) as Manifest;
  }

  #snapshots(): Promise<Snapshot[]> {
    return (this.#read ??= this.#restic("snapshots", "--json").then((text) => JSON.parse(text) as Snapshot[]));
  }

  /** As the last copy left it: a target that is out of reach holds no listing up. */
  async #offsite(): Promise<Snapshot[]> {
    if (!this.hasOffsite) return [];
    const command = "cat /offsite/snapshots.json 2>/dev/null || echo []";
    const text = await this.#stack.host.ask("exec.sh", [this.#stack.container("offsite"), "sh", "-c", command]);
    return (JSON.parse(text) as Snapshot[]).filter(counts);
  }

  /** Reads without a lock: who looks must not keep a backup from letting old ones go. */
  #restic(...words: string[]): Promise<string> {
    const command = ["/tools/restic", "--quiet", "--no-lock", ...words];
    return this.#stack.host.ask("exec.sh", [this.#stack.container("backup"), ...command]);
  }
}

const counts = ({ tags }: Snapshot): boolean => (families as readonly (string | undefined)[]).includes(tags?.[0]);
const byAge = (a: Backup, b: Backup): number => Date.parse(a.when) - Date.parse(b.when);

const backupOf = ({ short_id: id, time, tags, summary }: Snapshot): Backup => ({
  id,
  when: time,
  family: tags?.[0] as Backup["family"],
  bytes: summary?.total_bytes_processed ?? 0,
});
