/** Settings of a release: what is asked of it before the former one goes. */
import { z } from "zod";

import { positive } from "./terms.ts";

/** One line of printable text: it is handed on line by line. */
const line = z
  .string()
  .regex(/^[^\p{Cc}]{1,200}$/u)
  .meta({
    title: "a text of one line, of at most 200 characters",
    mend: "Write it in one line.",
  });

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/)
  .meta({
    title: "a header's name, such as Content-Type",
    mend: "Write the header's name alone: letters, digits and dashes.",
  });

const smokeCheck = z
  .strictObject({
    name: line.describe("What the check proves; shown when it fails."),
    method: z.enum(["GET", "HEAD", "OPTIONS", "POST"]).default("GET").describe("Method of the request."),
    path: z
      .string()
      .regex(/^\/[\w.~/?&=%+:@!$'()*,;-]*$/)
      .describe("What is asked for at the main domain, from its slash on; may have a query.")
      .meta({
        title: "a path that starts with a slash",
        mend: "Write the path from its slash on, percent-encoded: no scheme, no domain, no spaces.",
      }),
    headers: z
      .record(headerName, line)
      .default({})
      .describe("Headers of the request. They stand in plans in clear: nothing secret belongs here."),
    status: z.int().min(100).max(599).default(200).describe("Status that the answer must have."),
    header: z
      .strictObject({
        name: headerName.describe("Name of the header; upper and lower case are the same."),
        value: line.describe("Beginning of its value."),
      })
      .optional()
      .describe("A header that the answer must have."),
    contains: line.optional().describe("Text that the first 256 KiB of the answer must hold in one line."),
    timeout: positive(300).default(10).describe("Seconds that the answer may take."),
  })
  .describe("One request and what its answer must be.");

export const release = z
  .strictObject({
    smokeChecks: z
      .array(smokeCheck)
      .default([])
      .describe(
        "Requests of your own that a release must answer as said, besides health, the redirect to HTTPS and the single-page application. They are asked right after the traffic moved, each up to three times, and again after `release.hold`; when one fails, the traffic goes back to the former release.",
      ),
    hold: z
      .int()
      .min(0)
      .max(3600)
      .default(5)
      .describe("Seconds between the switch of the traffic and the second smoke checks, before anything former goes."),
    canary: z
      .strictObject({
        share: z.int().min(1).max(99).default(10).describe("Per cent of the visitors who see the new release first."),
        for: z
          .int()
          .min(0)
          .max(604_800)
          .default(600)
          .describe("Seconds until all visitors see it; 0: not before `socle promote`. `pulumi up` waits meanwhile."),
        errors: z
          .int()
          .min(0)
          .max(1_000_000)
          .default(5)
          .describe(
            "Answers of a status from 500 on that visitors of the new release may get meanwhile; with one more, all go back to the former release.",
          ),
      })
      .optional()
      .describe("A release is shown to a share of the visitors before the others. Without it, to all at once."),
    keep: z
      .int()
      .min(2)
      .max(100)
      .default(5)
      .describe(
        "Releases whose files stay, the one that serves included: of the single-page application, and static files with a content's hash in their names. Pages that are open go on loading their parts.",
      ),
  })
  .describe("What is asked of a release before the former one goes.");
