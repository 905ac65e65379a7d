/** Runs a script of host/ where the stack runs and answers with what it printed. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

import { problems, type Wordings } from "../config/problem.ts";
import type { Settings } from "../config/schema.ts";
import { target } from "./target.ts";

const project = fileURLToPath(new URL("..", import.meta.url));

export const wordings = {
  "script.failed": ({ said }: { script: string; said: string }) => [said],
} satisfies Wordings;

const problem = problems(wordings);

/**
 * @param options `timeout`: seconds after which it is given up
 * @throws script.failed, with what the script said
 */
export function ask(
  host: Settings["host"],
  script: string,
  words: readonly string[],
  { timeout }: { timeout: number },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "sh",
      ["host/run.sh", script, ...words],
      { cwd: project, env: { ...process.env, ...target(host) }, maxBuffer: 256 * 1024 * 1024, timeout: timeout * 1000 },
      (error, stdout, stderr) => {
        if (error) {
          const said = stderr.trim() || (error.killed ? `no answer within ${String(timeout)} s` : error.message);
          reject(problem("script.failed", { script, said }));
        } else resolve(stdout);
      },
    );
    child.stdin?.end();
  });
}
