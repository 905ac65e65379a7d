import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "BAK-02",
  name: "a backup is kept elsewhere, encrypted",
  description: "What burns, is stolen or is encrypted by a blackmailer takes the backup on the same machine with it.",
  severity: "critical",
  reference: "CISA: the 3-2-1 rule of backups",
  checklist: "Configuration: automatic backup on",
  mend: "Name a bucket or an SSH server under `backup.offsite` and set its credentials (docs/backups.md).",
  decide: {
    site: ({ backup }) => [
      ...when(!backup?.offSite, "there is no copy off the server", "backup.offSite"),
      ...when(backup && !backup.encrypted, "is not true", "backup.encrypted"),
    ],
  },
};
