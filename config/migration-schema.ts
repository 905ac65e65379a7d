/** Settings of guarded migrations. */
import { z } from "zod";

import { migrationPattern } from "./migration-name.ts";
import { positive } from "./terms.ts";

export const migrations = z
  .strictObject({
    approved: z
      .array(
        z.string().regex(migrationPattern).meta({
          title: "an application and its migration, such as shop.0007_order_paid",
          mend: "Write APP.NAME, as `npm run -s socle -- migrations` prints it.",
        }),
      )
      .default([])
      .describe(
        "Heads that pending migrations may lead to, as APP.NAME. In `production` every head that a release brings must be named here, else it stops before anything is changed.",
      ),
    lockTimeout: z
      .int()
      .min(1)
      .max(60)
      .default(1)
      .describe(
        "Seconds that a migration may wait for a lock; whoever comes after it waits as long. One that is not atomic waits longer, since it keeps nobody out.",
      ),
    retries: z
      .int()
      .min(0)
      .max(100)
      .default(5)
      .describe("Further attempts when a lock was not free, with growing pauses of up to ten seconds between."),
    statementTimeout: positive(86_400).default(900).describe("Seconds that one statement of a migration may take."),
    timeout: positive(86_400).default(3600).describe("Seconds that all of it may take, the backup included."),
    onFailure: z
      .enum(["reverse", "stop"])
      .default("reverse")
      .describe(
        "What happens to the migrations before one that fails: `reverse` takes them back where all of them can be reversed without loss, `stop` leaves them.",
      ),
    squawk: z
      .strictObject({
        exclude: z
          .array(z.string().regex(/^[a-z][a-z-]+$/))
          .default([])
          .describe("Rules of squawk that are not applied to the SQL of migrations.")
          .meta({ mend: "Name rules as https://squawkhq.com/docs/rules does, such as ban-drop-column." }),
      })
      .prefault({})
      .describe("squawk judges the locks that SQL takes."),
  })
  .describe("Guarded migrations: approval, time limits, and what happens to one that fails.");
