import { type Rule, when } from "../rule.ts";

/** Days that copies are kept at least: of the daily ones, and of the oldest. */
const least = { daily: 7, oldest: 30 };

export const rule: Rule = {
  id: "BAK-01",
  name: "backups run by themselves and are kept long enough",
  description: "A mistake is often noticed weeks later; a backup that somebody must remember is not made.",
  severity: "critical",
  reference: "NIST SP 800-34: backup schedule and retention",
  checklist: "Configuration: automatic backup on",
  mend: "This version makes no scheduled backups: back up database and media by other means, and say so in a waiver (`policies.waivers`) that ends soon.",
  decide: {
    site: ({ backup }) => {
      if (!backup) return when(true, "there is no backup", "backup");
      const { schedule = "", keepDaily = 0, keepDays = 0 } = backup;
      return [
        ...when(schedule === "", "is not set", "backup.schedule"),
        ...when(
          keepDaily < least.daily,
          `found ${String(keepDaily)}, less than ${String(least.daily)}`,
          "backup.keepDaily",
        ),
        ...when(
          keepDays < least.oldest,
          `found ${String(keepDays)}, less than ${String(least.oldest)}`,
          "backup.keepDays",
        ),
      ];
    },
  },
};
