/** A record of evidence: what was tried, when, on what, by which tool, with which result. */
import { z } from "zod";

const moment = z.iso
  .datetime({ precision: 3 })
  .meta({ title: "a moment in UTC with milliseconds, such as 2027-01-31T03:00:00.000Z" });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const evidenceRecord = z
  .strictObject({
    policy: z
      .string()
      .regex(/^EVD-\d{2}$/)
      .describe("Id of the policy that it serves, such as EVD-03."),
    when: moment.describe("When it was tried, by the report of the tool itself where that says it."),
    subject: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .describe("Digest of the application's image that it was tried on."),
    stack: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("Name of the stack on its host, such as socle-production, where it was tried on one."),
    tool: z
      .strictObject({
        name: z.string().min(1).max(80).describe("Name of the tool."),
        version: z.string().min(1).max(80).describe("Its version; `unknown` where its report does not say it."),
      })
      .describe("The tool that tried it."),
    result: z.enum(["passed", "failed"]).describe("What came of it."),
    details: z
      .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/), z.union([z.number(), z.string().max(500)]))
      .describe(
        "Numbers and short texts, such as how many tests ran. `part` says which of several trials that one policy asks for it was.",
      ),
    expires: moment.describe("When it counts no more."),
    previous: sha256.describe("Hash of the record before it in its ledger; 64 zeros for the first."),
    signature: z
      .string()
      .regex(/^[A-Za-z0-9+/]{86}==$/)
      .optional()
      .describe(
        "Ed25519 signature, in base64, of the SHA-256 of the record's canonical form without `hash` and `signature`.",
      ),
    hash: sha256.describe("SHA-256, in hexadecimal, of the record's canonical form without `hash` itself."),
  })
  .describe("A record of evidence, one line of a ledger in canonical form: its keys sorted, without white space.");

export type EvidenceRecord = z.infer<typeof evidenceRecord>;
