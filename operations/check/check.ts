/**
 * Judges a stack by every policy that can be told from its file, without engine, Docker or host.
 *
 *   npm run check -- --stack production [--format table|markdown|json|sarif]
 *
 * Exit status 1 when something is to be mended before the stack may go out, 2 when it could not be judged.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";

import { formats } from "./format.ts";
import { judge } from "./judgement.ts";
import { UnjudgeableError } from "./stack-file.ts";

const usage = `usage: npm run check -- --stack NAME [--format ${Object.keys(formats).join("|")}]`;
const help = `Judges a stack by every policy, from its file alone: no engine, no Docker, no access to the server.
Exit status 0 when it may go out, 1 when something is to be mended before, 2 when it could not be judged.
Every rule and its mend: docs/policies.md`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", short: "s" },
      format: { type: "string", default: "table" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    console.log(`${usage}\n\n${help}`);
    return 0;
  }
  const format = formats[values.format];
  if (values.stack === undefined || !format) throw new UnjudgeableError(usage);
  const judgement = await judge(join(import.meta.dirname, "..", ".."), values.stack);
  console.log(format(judgement));
  return judgement.findings.some(({ level }) => level === "mandatory") ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const own = error instanceof UnjudgeableError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  console.error(own && error instanceof Error ? error.message : error);
  if (own && !(error instanceof UnjudgeableError)) console.error(usage);
  process.exitCode = 2;
}
