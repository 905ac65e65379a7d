import { wordings as compose } from "../../../operations/import/compose-file.ts";
import { wordings as database } from "../../../operations/import/database-import.ts";
import { wordings as source } from "../../../operations/import/database-source.ts";
import { wordings as dotenv } from "../../../operations/import/dotenv.ts";
import { wordings as media } from "../../../operations/import/media-source.ts";
import { wordings as stack } from "../../../operations/import/stack-variables.ts";
import { wordings as variables } from "../../../operations/import/variables-file.ts";
import { table } from "./table.ts";

const file = "compose.yaml";

export const imports = [
  table(compose, {
    "import.not-yaml": [{ file, reason: "BAD_INDENT" }, "compose.yaml is no YAML file: BAD_INDENT"],
    "import.no-such-service": [
      { file, service: "api", services: ["web", "db"] },
      `compose.yaml has no service api.
    → Name one of: web, db.`,
    ],
    "import.no-environment": [{ file }, "compose.yaml has no service with an environment; nothing was taken."],
    "import.several-services": [
      { file, services: ["web", "api"] },
      `compose.yaml has 2 services with an environment.
    → Name the application's with --service: web, api.`,
    ],
    "import.missing-env-file": [
      { file, path: "gone.env" },
      `compose.yaml names the file gone.env, which is not there.
    → Put it beside compose.yaml.`,
    ],
    "import.value-from-nowhere": [
      { file, variable: "NOWHERE" },
      `compose.yaml takes a value from NOWHERE, which no .env beside it has.
    → Write NOWHERE=… into a file .env beside it.`,
    ],
  }),
  table(dotenv, {
    "import.no-variable": [
      { file: ".env", line: 2 },
      `.env, line 2, is not NAME=value; nothing was taken.
    → Mend the line, or put a # before it.`,
    ],
    "import.open-quote": [
      { file: ".env", line: 2 },
      `.env, line 2, opens a quote that nothing closes; nothing was taken.
    → Close it.`,
    ],
  }),
  table(variables, {
    "import.no-services": [
      { file: ".env" },
      `.env is no compose file (.yaml, .yml): it has no services.
    → Leave --service out.`,
    ],
    "import.table-for-people": [
      { file: "variables.txt" },
      `variables.txt is a table for people, in which long values are cut.
    → Export it as JSON: railway variables --json >variables.json`,
    ],
    "import.unreadable": [{ path: "/gone", reason: "ENOENT" }, "/gone cannot be read: ENOENT"],
    "import.not-json": [
      { file: "variables.json" },
      `variables.json begins like JSON and is none.
    → Export it once more.`,
    ],
    "import.no-single-value": [
      { file: "variables.json", key: "web" },
      `variables.json: web is no single value.
    → Export the variables of one service: one object of names and values.`,
    ],
    "import.several-lines": [
      { file: "variables.txt" },
      `variables.txt has a line that is not NAME: value, perhaps a value of several lines.
    → Export it as JSON: heroku config --json >variables.json`,
    ],
  }),
  table(source, {
    "import.no-dump": [
      { path: "/gone", reason: "ENOENT" },
      `/gone cannot be read: ENOENT
    → Name the file of a dump, or a URL: postgres://user:password@host/database`,
    ],
    "import.url-incomplete": [
      `The URL names no host or no database.
    → postgres://user:password@host:5432/database`,
    ],
    "import.url-with-line-end": ["The URL holds a line end."],
  }),
  table(media, {
    "import.no-media": [
      { path: "/gone", reason: "ENOENT" },
      `/gone cannot be read: ENOENT
    → Name a folder, or an archive: .tar, .tar.gz`,
    ],
    "import.media-incomplete": [{ folder: "/media" }, "tar could not read all of /media; nothing was changed."],
    "import.media-zipped": [
      { path: "media.zip" },
      `media.zip is a zip archive; nothing was changed.
    → Unpack it, and name the folder.`,
    ],
  }),
  table(stack, {
    "import.no-stack": [
      { stack: "live", reason: "no stack named 'live' found" },
      `The configuration of stack live could not be read: no stack named 'live' found
    → Make the stack first: npm run -s pulumi -- stack init live`,
    ],
    "import.not-set": [
      { key: "secrets:TOKEN", said: "incorrect passphrase" },
      `secrets:TOKEN could not be set: incorrect passphrase
    → Mend that and run the same again: what was taken before is left as it is.`,
    ],
  }),
  table(database, {
    "import.without-backups": [
      { stack: "live" },
      `Stack live makes no backups, so that the state before could not be saved.
    → Set backup.enabled to true and run: npm run -s pulumi -- up -s live`,
    ],
  }),
];
