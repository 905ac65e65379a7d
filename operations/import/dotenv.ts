/** Files of NAME=VALUE lines. */
import { parseEnv } from "node:util";

import { problems, type Wordings } from "../../config/problem.ts";
import type { Variables } from "./variables.ts";

export const wordings = {
  "import.no-variable": ({ file, line }: { file: string; line: number }) => [
    `${file}, line ${String(line)}, is not NAME=value; nothing was taken.`,
    "Mend the line, or put a # before it.",
  ],
  "import.open-quote": ({ file, line }: { file: string; line: number }) => [
    `${file}, line ${String(line)}, opens a quote that nothing closes; nothing was taken.`,
    "Close it.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/**
 * What `.env` files and `heroku config --shell` hold, by Node's own parser.
 * @throws import.no-variable, import.open-quote for a line that the parser would pass over in silence
 */
export function fromDotenv(name: string, text: string): Variables {
  const rows = text.split("\n");
  for (let row = 0; row < rows.length; row += 1) {
    const line = (rows[row] ?? "").trim();
    if (line === "" || line.startsWith("#")) continue;
    const [, value] = /^(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(.*)$/.exec(line) ?? [];
    if (value === undefined) throw problem("import.no-variable", { file: name, line: row + 1 });
    const quote = /^["'`]/.exec(value)?.[0];
    if (quote === undefined || value.includes(quote, 1)) continue;
    const begin = row + 1;
    do row += 1;
    while (row < rows.length && !rows[row]?.includes(quote));
    if (row === rows.length) throw problem("import.open-quote", { file: name, line: begin });
  }
  return { ...parseEnv(text) } as Variables;
}
