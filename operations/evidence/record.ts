/**
 * Records evidence: for the tools that run a test, a scan or a drill. Nobody else writes records.
 *
 *   await record({ policy: "EVD-06", subject: digest, stack: "socle-production", tool: { name: "socle drill", version },
 *                  result: "passed", details: { seconds: 41 } });
 */
import type { Statement } from "../../policies/evidence/chain.ts";
import { evidenceFolder } from "../../policies/evidence/evidence.ts";
import type { EvidenceRecord } from "../../policies/evidence/record.ts";
import { append } from "./append.ts";
import { signingKey } from "./key.ts";
import { type EvidencePolicy, policies } from "./policy.ts";

export interface Trial extends Omit<Statement, "policy" | "when" | "expires"> {
  policy: EvidencePolicy;
  /** When it was tried; now by default. */
  when?: Date;
}

/**
 * Records a trial in the ledger of its producer, signed where SOCLE_EVIDENCE_KEY is set.
 * @throws evidence.… where it cannot be recorded; then nothing was
 */
export async function record(trial: Trial, folder = evidenceFolder()): Promise<EvidenceRecord> {
  const { when = new Date(), ...said } = trial;
  const { ledger, hours } = policies[trial.policy];
  const expires = new Date(when.getTime() + hours * 3_600_000);
  const statement: Statement = { ...said, when: when.toISOString(), expires: expires.toISOString() };
  const [written] = await append(folder, ledger, [statement], signingKey());
  if (!written) throw new Error(`${trial.policy} was not recorded`);
  return written;
}
