// A task's command line, as the shell that runs it reads it.
import type { Deployment } from "./stack.ts";

/** Words of a command line as a POSIX shell splits it: plain words and single quotes, which is all that is written. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'\\]|\\'|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|\\'/g, (_, quoted: string | undefined) => quoted ?? "'"),
  );
}

/** Name of each task → script and arguments. */
export const lines = ({ tasks }: Deployment): Record<string, string[]> =>
  Object.fromEntries(tasks.map(({ name, inputs }) => [name, wordsOf(inputs["create"] as string)]));
