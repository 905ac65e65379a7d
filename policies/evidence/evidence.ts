/** All evidence that there is, as of a moment. What reads records is loaded only where there are any. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { isSignedBy } from "./chain.ts";
import type { Flaw, Ledger } from "./ledger.ts";
import type { EvidenceRecord } from "./record.ts";

/** The project's folder of ledgers; SOCLE_EVIDENCE names another. */
export const evidenceFolder = (): string =>
  process.env["SOCLE_EVIDENCE"] || join(import.meta.dirname, "..", "..", "evidence");

/** How far the clock of who wrote a record may be ahead, in milliseconds. */
const clocks = 5 * 60_000;

export interface Search {
  policy?: string;
  /** Digest of the image, where the record is bound to it. */
  subject?: string;
  stack?: string;
  /** What its details must say. */
  details?: Record<string, string>;
}

export class Evidence {
  static readonly none = new Evidence([], "1970-01-01");
  readonly ledgers: readonly Ledger[];
  /** In milliseconds since 1970. */
  readonly now: number;

  /** @param now as a moment or a day, in UTC */
  constructor(ledgers: readonly Ledger[], now: string) {
    this.ledgers = ledgers;
    this.now = Date.parse(now);
  }

  static async read(folder = evidenceFolder(), now = new Date().toISOString()): Promise<Evidence> {
    const files = ledgerFiles(folder);
    if (files.length === 0) return new Evidence([], now);
    const { readLedger } = await import("./ledger.ts");
    return new Evidence(
      files.map((file) => readLedger(folder, file)),
      now,
    );
  }

  /** What is wrong with the ledgers. */
  get flaws(): Flaw[] {
    return this.ledgers.flatMap(({ flaw }) => flaw ?? []);
  }

  /** Records that are asked for, from whole ledgers, the newest first; of two of the same moment the failed one. */
  find({ policy, subject, stack, details = {} }: Search): EvidenceRecord[] {
    return this.ledgers
      .flatMap(({ records }) => records)
      .filter((record) => Date.parse(record.when) <= this.now + clocks)
      .filter((record) => policy === undefined || record.policy === policy)
      .filter((record) => subject === undefined || record.subject === subject)
      .filter((record) => stack === undefined || record.stack === stack)
      .filter((record) => Object.entries(details).every(([key, value]) => record.details[key] === value))
      .sort((a, b) => Date.parse(b.when) - Date.parse(a.when) || (a.result === "failed" ? -1 : 1));
  }
}

/** Those that count: all, or where keys are named those that one of them signed. */
export const counting = (records: readonly EvidenceRecord[], publicKeys: readonly string[]): EvidenceRecord[] =>
  records.filter((record) => publicKeys.length === 0 || isSignedBy(record, publicKeys));

/** Files of the ledgers in a folder, by name; none where there is no folder. */
export function ledgerFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".jsonl"))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
