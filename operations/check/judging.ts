/** How a program is called that judges a stack: its words, what it prints, how it ends. */
import { parseArgs } from "node:util";

import { Problem } from "../../config/problem.ts";
import { formats } from "./format.ts";

export interface Program {
  /** As in `npm run NAME`. */
  name: string;
  help: string;
  /** @returns the exit status */
  judge: (stack: string, format: (typeof formats)[string]) => Promise<number>;
}

/**
 * Exit status 2, and why, where nothing could be judged.
 * @param words of the command line
 */
export async function judging({ name, help, judge }: Program, words = process.argv.slice(2)): Promise<void> {
  const usage = `usage: npm run ${name} -- --stack NAME [--format ${Object.keys(formats).join("|")}]`;
  try {
    const { values } = parseArgs({
      args: words,
      options: {
        stack: { type: "string", short: "s" },
        format: { type: "string", default: "table" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) {
      console.log(`${usage}\n\n${help}`);
      return;
    }
    const format = formats[values.format];
    if (values.stack === undefined || !format) {
      console.error(usage);
      process.exitCode = 2;
    } else process.exitCode = await judge(values.stack, format);
  } catch (error) {
    const misspelt = (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
    console.error((misspelt || error instanceof Problem) && error instanceof Error ? error.message : error);
    if (misspelt) console.error(usage);
    process.exitCode = 2;
  }
}
