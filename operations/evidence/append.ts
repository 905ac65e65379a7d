/** Appends records to a ledger: whole or not at all, one writer at a time. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { KeyObject } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { problems, type Wordings } from "../../config/problem.ts";
import { beginning, canonical, chained, type Statement } from "../../policies/evidence/chain.ts";
import { ledgerFiles } from "../../policies/evidence/evidence.ts";
import { readLedger } from "../../policies/evidence/ledger.ts";
import { type EvidenceRecord, evidenceRecord } from "../../policies/evidence/record.ts";

/** How far another clock may be ahead, in milliseconds. */
const clocks = 60_000;

export const wordings = {
  "evidence.broken-ledger": ({ where, found, path }: { where: string; found: string; path: string }) => [
    `${where}: ${found}; nothing was recorded.`,
    `Take the ledger back as it was committed: git checkout -- ${path}`,
  ],
  "evidence.still-to-come": ({ policy, when }: { policy: string; when: string }) => [
    `${policy}: the report is of ${when}, which is still to come; nothing was recorded.`,
    "Set the clock of this machine, or of the one that made the report.",
  ],
  "evidence.expired-before": ({ policy, when, expires }: { policy: string; when: string; expires: string }) => [
    `${policy}: it would expire at ${expires}, before ${when}; nothing was recorded.`,
  ],
  "evidence.ledger-busy": ({ path, owner, lock }: { path: string; owner: string; lock: string }) => [
    `${path} is being written by ${owner}; nothing was recorded.`,
    `Wait for it; where it is gone for good, remove ${lock}.`,
  ],
} satisfies Wordings;

const problem = problems(wordings);

/**
 * @param name of the ledger: who writes it, such as `tests`
 * @param key private key that signs; without it the records are chained, not signed
 * @param patience how long it waits for another writer, in milliseconds
 * @throws evidence.… where a statement is not sound, the ledger is broken, or another writer does not end
 */
export async function append(
  folder: string,
  name: string,
  statements: readonly Statement[],
  key?: KeyObject,
  patience = 10_000,
): Promise<EvidenceRecord[]> {
  for (const statement of statements) assertSound(statement);
  mkdirSync(folder, { recursive: true });
  const file = `${name}.jsonl`;
  const path = join(folder, file);
  return locked(path, patience, () => {
    const there = ledgerFiles(folder).includes(file);
    const { records, flaw } = there ? readLedger(folder, file) : { records: [], flaw: undefined };
    if (flaw) throw problem("evidence.broken-ledger", { where: flaw.where, found: flaw.found, path });
    let previous = records.at(-1)?.hash ?? beginning;
    const added = statements.map((statement) => {
      const record = evidenceRecord.parse(chained(statement, previous, key));
      previous = record.hash;
      return record;
    });
    const text = added.map((record) => `${canonical(record)}\n`).join("");
    replace(path, `${there ? readFileSync(path, "utf8") : ""}${text}`);
    return added;
  });
}

function assertSound(statement: Statement): void {
  const { when, expires, policy } = statement;
  const ahead = Date.parse(when) - Date.now();
  if (ahead > clocks) throw problem("evidence.still-to-come", { policy, when });
  if (!(Date.parse(expires) > Date.parse(when))) throw problem("evidence.expired-before", { policy, when, expires });
}

/** The new text in place of the old one, at once; on the disk before anybody is told so. */
function replace(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.new`;
  const file = openSync(temporary, "wx", 0o644);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

async function locked<T>(path: string, patience: number, work: () => T): Promise<T> {
  const lock = `${path}.lock`;
  const own = `${lock}.${process.pid}.${process.hrtime.bigint()}`;
  // A lock is there with its owner's name in it or not at all.
  writeFileSync(own, `process ${process.pid} of ${hostname()}, since ${new Date().toISOString()}`, { flag: "wx" });
  try {
    const until = Date.now() + patience;
    while (!taken(own, lock)) {
      if (Date.now() > until) throw problem("evidence.ledger-busy", { path, owner: owner(lock), lock });
      await pause(20 + Math.random() * 30);
    }
    try {
      return work();
    } finally {
      rmSync(lock);
    }
  } finally {
    rmSync(own);
  }
}

function taken(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function owner(lock: string): string {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return "another process";
  }
}
