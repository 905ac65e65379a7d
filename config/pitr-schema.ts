/** Settings of point-in-time recovery. */
import { z } from "zod";

import { positive, timeOfDay } from "./terms.ts";

export const pitr = z
  .strictObject({
    days: positive(365).default(7).describe("How many days back there is a moment to recover to."),
    time: timeOfDay
      .default("01:30")
      .describe(
        "Time of day, in `backup.timeZone`, of the base backup: the files of the whole database, from which a recovery begins.",
      ),
    lag: positive(1440)
      .default(10)
      .describe(
        "Most minutes that the repository may be behind the database. Changes are stored twice as often; a longer lag is told to the webhook.",
      ),
    pending: z
      .int()
      .min(64)
      .max(1_000_000)
      .default(2048)
      .describe(
        "Most MiB of changes that PostgreSQL keeps until they are received (max_slot_wal_keep_size). Beyond, they are let go, so that the disk does not fill; as much is left free on it.",
      ),
  })
  .describe(
    "Point-in-time recovery: every change of the database is received as it happens and kept, so that `socle restore --at` brings back any moment. `{}` switches it on with these defaults; it takes no restart. See docs/backups.md.",
  );

export type Pitr = z.infer<typeof pitr>;
