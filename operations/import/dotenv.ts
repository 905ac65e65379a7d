/** Files of NAME=VALUE lines. */
import { parseEnv } from "node:util";

import { OperatorError } from "../stack.ts";
import type { Variables } from "./variables.ts";

/**
 * What `.env` files and `heroku config --shell` hold, by Node's own parser.
 * @throws OperatorError for a line that the parser would pass over in silence
 */
export function fromDotenv(name: string, text: string): Variables {
  const rows = text.split("\n");
  for (let row = 0; row < rows.length; row += 1) {
    const line = (rows[row] ?? "").trim();
    if (line === "" || line.startsWith("#")) continue;
    const [, value] = /^(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(.*)$/.exec(line) ?? [];
    if (value === undefined)
      throw new OperatorError(
        `${name}, line ${String(row + 1)}, is not NAME=value; nothing was taken.\n    → Mend the line, or put a # before it.`,
      );
    const quote = /^["'`]/.exec(value)?.[0];
    if (quote === undefined || value.includes(quote, 1)) continue;
    const begin = row + 1;
    do row += 1;
    while (row < rows.length && !rows[row]?.includes(quote));
    if (row === rows.length)
      throw new OperatorError(
        `${name}, line ${String(begin)}, opens a quote that nothing closes; nothing was taken.\n    → Close it.`,
      );
  }
  return { ...parseEnv(text) } as Variables;
}
