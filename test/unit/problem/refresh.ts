import { wordings as judgement } from "../../../operations/refresh/judgement.ts";
import { wordings as refresh } from "../../../operations/refresh/refresh.ts";
import type { Column } from "../../../operations/refresh/rule.ts";
import { wordings as rulesFile } from "../../../operations/refresh/rules-file.ts";
import { table } from "./table.ts";

const file = "r.yaml";
const column = (named: string, name: string, more: Partial<Column>): Column => ({
  ...{ schema: "public", table: named, column: name, named },
  ...{ type: "text", kind: "text", most: null, nullable: false, primary: false, refers: null },
  ...more,
});

export const refreshes = [
  table(rulesFile, {
    "refresh.no-rules-file": [
      { file },
      `data.anonymise names r.yaml, which is not there.
    → Write it as docs/refresh.md says; an empty file is a beginning.`,
    ],
    "refresh.rules-not-yaml": [{ file, reason: "unexpected end" }, "r.yaml is no YAML file: unexpected end"],
    "refresh.rules-no-group": [
      { file },
      `r.yaml is no group of settings.
    → Begin it with tables:`,
    ],
    "refresh.rules-mistaken": [
      { file, mistakes: ["canaries: one has fewer than 4 characters", "media: is no list"] },
      `r.yaml has 2 mistakes; nothing was changed.
  canaries: one has fewer than 4 characters
  media: is no list`,
    ],
  }),
  table(judgement, {
    "refresh.rules-unsuitable": [
      {
        file,
        mistakes: ["tables.persn: there is no such table; did you mean person?"],
        missing: [
          column("person", "email", {}),
          column("person", "team_id", { kind: "number", refers: "team" }),
          column("log.line", "client_ip", { kind: "inet", type: "inet" }),
          column("log.line", "body", { kind: "json", type: "jsonb", nullable: true }),
        ],
      },
      `r.yaml does not suit the tables:
  tables.persn: there is no such table; did you mean person?
4 columns have no rule in r.yaml. A beginning, to be looked at line by line:

tables:
  person:
    email: mail
    team_id: keep
  log.line:
    client_ip: ip
    body: null

Nothing was changed, and nothing has left the stack.`,
    ],
  }),
  table(refresh, {
    "refresh.without-backups": [
      { stack: "live" },
      `Stack live makes no backups, which a refresh needs on both sides.
    → Set backup.enabled to true and run: npm run -s pulumi -- up -s live`,
    ],
    "refresh.foreign-backup": [
      { backup: "1a2b", of: "socle-shop", source: "live" },
      "Backup 1a2b is of socle-shop, not of live.",
    ],
  }),
];
