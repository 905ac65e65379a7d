/** Where a database comes from: the file of a dump, or a server that is asked for one. */
import { createReadStream, statSync } from "node:fs";
import { Readable } from "node:stream";

import { problems, type Wordings } from "../../config/problem.ts";
import type { Upload } from "./upload.ts";

export interface DatabaseSource extends Upload {
  /** For people; never with a password. */
  name: string;
  /** What the script on the host does with what it is given. */
  action: "stage" | "fetch";
}

/** Of a URL's parameters, those of libpq that mean something on another machine. */
const parameters = ["sslmode", "channel_binding", "options", "gssencmode", "target_session_attrs"];

export const wordings = {
  "import.no-dump": ({ path, reason }: { path: string; reason: string }) => [
    `${path} cannot be read: ${reason}`,
    "Name the file of a dump, or a URL: postgres://user:password@host/database",
  ],
  "import.url-incomplete": () => [
    "The URL names no host or no database.",
    "postgres://user:password@host:5432/database",
  ],
  "import.url-with-line-end": () => ["The URL holds a line end."],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws import.… before anything is sent */
export function databaseSource(source: string): DatabaseSource {
  if (/^postgres(ql)?:/.test(source)) return fromUrl(source);
  let size: number;
  try {
    const found = statSync(source);
    if (!found.isFile()) throw new Error("it is a folder; a dump in pg_dump's directory form is not taken");
    size = found.size;
  } catch (error) {
    throw problem("import.no-dump", {
      path: source,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
  return { name: source, action: "stage", content: createReadStream(source), size };
}

function fromUrl(source: string): DatabaseSource {
  const url = URL.parse(source);
  const database = decodeURIComponent(url?.pathname.slice(1) ?? "");
  if (!url?.hostname || database === "") throw problem("import.url-incomplete");
  const settings: [string, string][] = [
    ["host", url.hostname],
    ["port", url.port || "5432"],
    ["dbname", database],
    ["user", decodeURIComponent(url.username)],
    ["password", decodeURIComponent(url.password) || (process.env["PGPASSWORD"] ?? "")],
    ...[...url.searchParams].filter(([name]) => parameters.includes(name)),
  ];
  if (settings.some(([, value]) => /[\r\n]/.test(value))) throw problem("import.url-with-line-end");
  const given = settings.filter(([, value]) => value !== "").map(([name, value]) => `${name}=${value}\n`);
  const name = `${database} at ${url.hostname}`;
  return { name, action: "fetch", content: Readable.from([`[source]\n${given.join("")}`]) };
}
