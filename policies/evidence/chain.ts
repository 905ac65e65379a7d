/** What holds a ledger together: canonical form, hashes, signatures. */
import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

import type { EvidenceRecord } from "./record.ts";

/** Stands before the first record. */
export const beginning = "0".repeat(64);

/** One text for one value, whoever writes it: keys sorted, no white space (after RFC 8785). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export type Statement = Omit<EvidenceRecord, "previous" | "hash" | "signature">;

/** What is signed: all that is said, and its place in the ledger. */
const signed = ({ hash: _hash, signature: _signature, ...said }: Partial<EvidenceRecord>): Buffer =>
  Buffer.from(sha256(canonical(said)), "hex");

export const hashOf = ({ hash: _hash, ...rest }: Partial<EvidenceRecord>): string => sha256(canonical(rest));

/** The record of a statement, after the one with the hash `previous`. @param key private Ed25519 key that signs it */
export function chained(statement: Statement, previous: string, key?: KeyObject): EvidenceRecord {
  const said = { ...statement, previous };
  const whole = key ? { ...said, signature: sign(null, signed(said), key).toString("base64") } : said;
  return { ...whole, hash: hashOf(whole) };
}

/** @param publicKeys as in `evidence.publicKeys`: SubjectPublicKeyInfo (RFC 8410) in base64 */
export function isSignedBy(record: EvidenceRecord, publicKeys: readonly string[]): boolean {
  const { signature } = record;
  if (signature === undefined) return false;
  return publicKeys.some((text) => {
    const key = createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
    return verify(null, signed(record), key, Buffer.from(signature, "base64"));
  });
}
