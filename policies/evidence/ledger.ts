/** A ledger: one file of records, each bound to the one before it, so that whoever changes one is noticed. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { beginning, canonical, hashOf } from "./chain.ts";
import { type EvidenceRecord, evidenceRecord } from "./record.ts";

/** What is wrong with a ledger. */
export interface Flaw {
  /** File and line, such as `evidence/tests.jsonl:7`. */
  where: string;
  found: string;
}

export interface Ledger {
  /** Name of the file without its ending: who writes it. */
  name: string;
  /** None where the ledger is broken: which of them are true cannot be told. */
  records: EvidenceRecord[];
  flaw?: Flaw;
}

export function readLedger(folder: string, file: string): Ledger {
  return parseLedger(basename(file, ".jsonl"), readFileSync(join(folder, file)), `${basename(folder)}/${file}`);
}

/** @param shown what the file is called in messages */
export function parseLedger(name: string, bytes: Uint8Array, shown: string): Ledger {
  const flawed = (line: number, found: string): Ledger => ({
    name,
    records: [],
    flaw: { where: `${shown}:${String(line)}`, found },
  });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return flawed(1, "is not text in UTF-8");
  }
  if (text === "") return { name, records: [] };
  const lines = text.split("\n");
  if (lines.pop() !== "") return flawed(lines.length + 1, "is cut off: a line break is missing at its end");
  const records: EvidenceRecord[] = [];
  let previous = beginning;
  for (const [index, line] of lines.entries()) {
    const { record, found } = parseRecord(line);
    if (!record) return flawed(index + 1, found);
    if (record.previous !== previous)
      return flawed(index + 1, "does not follow the record before it: one was removed, added or moved");
    records.push(record);
    previous = record.hash;
  }
  return { name, records };
}

function parseRecord(line: string): { record?: EvidenceRecord; found: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { found: "is no record: not JSON" };
  }
  const { success, data, error } = evidenceRecord.safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    return { found: `is no record: ${issue?.path.join(".") || "the line"}: ${issue?.message ?? ""}` };
  }
  if (canonical(data) !== line) return { found: "was edited: not in the form that it was written in" };
  return hashOf(data) === data.hash ? { record: data, found: "" } : { found: "was edited: its hash is another" };
}
