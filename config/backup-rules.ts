/** Rules of the backups, and of the copy of them that is kept away from the server. */
import type { CredentialName } from "./credential-schema.ts";
import { type Breach, type Rule, when } from "./rule.ts";

/** What opens each kind of place. */
const keys = {
  s3: ["offsiteAccessKey", "offsiteSecretKey"],
  sftp: ["offsitePrivateKey"],
} as const satisfies Record<string, readonly CredentialName[]>;

export const backupRules: readonly Rule[] = [
  {
    code: "config.offsite-credentials",
    holds: "`backup.offsite` has the credentials of its type, and no others are set.",
    broken: ({ backup }, _secrets, credentials) => {
      const needed: readonly string[] = backup?.offsite ? keys[backup.offsite.type] : [];
      const all: readonly string[] = Object.values(keys).flat();
      const missing = needed
        .filter((name) => !credentials.includes(name))
        .map((name): Breach => ({
          path: `credentials:${name}`,
          found: `is not set, and backup.offsite of type ${backup?.offsite?.type ?? ""} needs it`,
          mend: `Run \`pulumi config set --secret credentials:${name}\`, or remove backup.offsite.`,
        }));
      const idle = all
        .filter((name) => credentials.includes(name) && !needed.includes(name))
        .map((name): Breach => ({
          path: `credentials:${name}`,
          found: "is set, and nothing uses it",
          mend: `Set backup.offsite of type ${name === "offsitePrivateKey" ? "sftp" : "s3"}, or run \`pulumi config rm credentials:${name}\`.`,
        }));
      return backup ? [...missing, ...idle] : [];
    },
  },
  {
    code: "config.offsite-without-backups",
    holds: "`backup.offsite` has backups to copy.",
    broken: ({ backup }) =>
      when(backup?.offsite && !backup.enabled, {
        path: "backup.offsite",
        found: "is set, but backups are off",
        mend: "Remove backup.enabled, which is true by default, or backup.offsite.",
      }),
  },
  {
    code: "config.pitr-without-backups",
    holds: "`postgres.pitr` has a repository to store in.",
    broken: ({ backup, postgres }) =>
      when(postgres?.pitr && backup && !backup.enabled, {
        path: "postgres.pitr",
        found: "is set, but backups are off, and it stores in their repository",
        mend: "Remove backup.enabled, which is true by default, or postgres.pitr.",
      }),
  },
  {
    code: "config.offsite-without-https",
    holds: "In production, `backup.offsite.endpoint` is reached over HTTPS.",
    broken: ({ tier, backup }) =>
      when(tier === "production" && backup?.offsite?.type === "s3" && !backup.offsite.endpoint.startsWith("https:"), {
        path: "backup.offsite.endpoint",
        found: "is plain HTTP, which hides neither the id of the key nor what is deleted",
        mend: "Write it with https://.",
      }),
  },
];
