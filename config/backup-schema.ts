/** Settings of the backups of database and media. */
import { z } from "zod";

import { offsite } from "./off-site-schema.ts";
import { argumentList, cpus, image, memory, positive, timeOfDay } from "./terms.ts";

const kept = (value: number, what: string) =>
  z.int().min(0).max(1000).default(value).describe(`How many ${what} of the scheduled backups are kept.`);

const hours = (value: number, what: string) =>
  positive(10_000).default(value).describe(`Hours since ${what} after which it is told.`);

export const backup = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe("Back up database and media by schedule, each backup read back before it counts."),
    times: z
      .array(timeOfDay)
      .min(1)
      .default(["02:30"])
      .describe("Times of day at which a backup is made. One that was missed is made as soon as the host runs again."),
    timeZone: z
      .string()
      .regex(/^[A-Za-z][\w+-]*(\/[\w+-]+)*$/)
      .default("UTC")
      .describe("Time zone of those times, as in the tz database.")
      .meta({
        title: "a time zone such as Europe/Paris",
        mend: "Use a name of the tz database, such as Europe/Paris.",
      }),
    command: argumentList
      .optional()
      .describe(
        "A command of the site's own that has a part in every backup, run in a container of the application's image with its environment. What it prints, and what it leaves in the folder that BACKUP_FOLDER names, is in the backup; where it fails, the backup fails.",
      ),
    commandTimeout: positive(86_400).default(3600).describe("Seconds that this command may take."),
    keep: z
      .strictObject({
        daily: kept(7, "days"),
        weekly: kept(4, "weeks"),
        monthly: kept(12, "months"),
        releases: z
          .int()
          .min(1)
          .max(1000)
          .default(10)
          .describe("How many of the backups that were made before a release's migrations are kept."),
      })
      .prefault({})
      .describe("What is kept: the last backup of each of so many days, weeks and months."),
    drill: z
      .strictObject({
        day: z
          .enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "never"])
          .default("sunday")
          .describe("Day of the week on which the newest backup is restored for trial, after the day's first backup."),
        offsiteDays: z
          .int()
          .min(0)
          .max(365)
          .default(28)
          .describe(
            "Days after which the newest backup of `backup.offsite` is brought back and restored for trial, after a copy; 0: not by itself. It is downloaded whole.",
          ),
        queries: z
          .record(z.string().regex(/^[\w .,-]{1,80}$/), z.string().min(1))
          .default({})
          .describe("Queries of the site's own, by name: SQL that answers one boolean, true where the data is right.")
          .meta({ mend: "Write NAME: SQL, such as there are users: SELECT count(*) > 0 FROM auth_user." }),
      })
      .prefault({})
      .describe(
        "Restore drill: the backup is restored into a database that no network leads to, compared, and thrown away.",
      ),
    offsite: offsite.optional(),
    overdue: z
      .strictObject({
        backup: hours(26, "the last good backup"),
        copy: hours(50, "the last copy to `backup.offsite`"),
        drill: hours(8 * 24, "the last restore drill that passed"),
        offsiteDrill: hours(30 * 24, "the last restore drill of the off-site copy that passed"),
      })
      .prefault({})
      .describe(
        "When the webhook (`credentials:webhook`) is told that something is overdue. What failed is told at once. A container of its own watches.",
      ),
    image: image
      .default("restic/restic:0.18.0")
      .describe("Image that restic is taken from; the backups run in PostgreSQL's own image."),
    memory: memory(128, 512),
    cpus: cpus(1),
  })
  .describe(
    "Backups of database and media in an encrypted restic repository on the host and, where one is named, off it.",
  );
