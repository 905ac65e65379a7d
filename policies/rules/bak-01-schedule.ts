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
  mend: "Leave `backup.enabled` on, name one time or more in `backup.times`, and raise `backup.keep.daily`, `backup.keep.weekly` or `backup.keep.monthly`.",
  decide: {
    site: ({ backup }) => {
      if (!backup) return when(true, "there is no backup", "backup.enabled");
      const { schedule = "", keepDaily = 0, keepDays = 0 } = backup;
      return [
        ...when(schedule === "", "is not set", "backup.times"),
        ...when(
          keepDaily < least.daily,
          `found ${String(keepDaily)}, less than ${String(least.daily)}`,
          "backup.keep.daily",
        ),
        ...when(
          keepDays < least.oldest,
          `the oldest is kept for ${String(keepDays)} days, less than ${String(least.oldest)}`,
          "backup.keep",
        ),
      ];
    },
  },
};
