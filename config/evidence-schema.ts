/** Settings of the dated records by which policies judge what was tried. */
import { z } from "zod";

export const evidence = z
  .strictObject({
    publicKeys: z
      .array(
        z
          .string()
          .regex(/^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/)
          .meta({
            title: "an Ed25519 public key, such as MCowBQYDK2VwAyEA…",
            mend: "Copy the line that `npm run evidence -- key FILE` printed.",
          }),
      )
      .default([])
      .describe(
        "Public keys of those who may record evidence. Where any is named, only records that one of them signed count (docs/evidence.md).",
      ),
  })
  .describe("Dated records of tests, scans, drills and backups, which policies read from the folder `evidence/`.");
