/** Variables that another platform or tool wrote down: a dotenv file, a compose file, what Railway and Heroku export. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { problems, type Wordings } from "../../config/problem.ts";
import { composeVariables } from "./compose-file.ts";
import { fromDotenv } from "./dotenv.ts";
import { scalar, type Variables } from "./variables.ts";

export interface VariablesFile {
  /** What it was taken for, in words. */
  form: string;
  variables: Variables;
}

export const wordings = {
  "import.no-services": ({ file }: { file: string }) => [
    `${file} is no compose file (.yaml, .yml): it has no services.`,
    "Leave --service out.",
  ],
  "import.table-for-people": ({ file }: { file: string }) => [
    `${file} is a table for people, in which long values are cut.`,
    "Export it as JSON: railway variables --json >variables.json",
  ],
  "import.unreadable": ({ path, reason }: { path: string; reason: string }) => [`${path} cannot be read: ${reason}`],
  "import.not-json": ({ file }: { file: string }) => [`${file} begins like JSON and is none.`, "Export it once more."],
  "import.no-single-value": ({ file, key }: { file: string; key: string }) => [
    `${file}: ${key} is no single value.`,
    "Export the variables of one service: one object of names and values.",
  ],
  "import.several-lines": ({ file }: { file: string }) => [
    `${file} has a line that is not NAME: value, perhaps a value of several lines.`,
    "Export it as JSON: heroku config --json >variables.json",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/**
 * Reads a file of variables; its form shows in what it holds.
 * @param service of a compose file
 * @throws import.… where it cannot be read wholly: nothing is left out in silence, and no value is shown
 */
export function readVariablesFile(path: string, service?: string): VariablesFile {
  const text = read(path);
  const name = basename(path);
  if (/\.ya?ml$/.test(name)) return { form: "compose file", variables: composeVariables(path, text, service) };
  if (service !== undefined) throw problem("import.no-services", { file: name });
  if (text.trimStart().startsWith("{")) return { form: "JSON", variables: fromJson(name, text) };
  if (/^=== .*Config Vars\s*$/m.test(text))
    return { form: "output of heroku config", variables: fromHeroku(name, text) };
  if (/^\s*[╔║│┌]/m.test(text)) throw problem("import.table-for-people", { file: name });
  return { form: "dotenv", variables: fromDotenv(name, text) };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8")
      .replace(/^\uFEFF/, "")
      .replaceAll("\r\n", "\n");
  } catch (error) {
    throw problem("import.unreadable", { path, reason: error instanceof Error ? error.message : String(error) });
  }
}

function fromJson(name: string, text: string): Variables {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    // The parser's own message quotes what it stumbles over.
    throw problem("import.not-json", { file: name });
  }
  return Object.fromEntries(
    Object.entries(read as Record<string, unknown>).map(([key, value]) => {
      if (typeof value === "object" && value !== null) throw problem("import.no-single-value", { file: name, key });
      return [key, scalar(value)];
    }),
  );
}

/** `heroku config`: a heading, then `NAME:   value` a line. */
function fromHeroku(name: string, text: string): Variables {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("==="));
  return Object.fromEntries(
    lines.map((line) => {
      const [, key, value] = /^([A-Za-z_]\w*):\s*(.*)$/.exec(line) ?? [];
      if (key === undefined || value === undefined) throw problem("import.several-lines", { file: name });
      return [key, value];
    }),
  );
}
