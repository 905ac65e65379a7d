/** squawk, which judges the locks that SQL takes: a Python package of the set-up (`toolchain/setup.sh --operator`). */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";

import { z } from "zod";

import { problems, type Wordings } from "../config/problem.ts";
import type { Finding, Findings } from "./judgement.ts";
import { idOf, type Plan } from "./plan.ts";

/** Where the set-up puts it. */
export const squawkPath = (): string =>
  join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "socle", "python", "current", "bin", "squawk");

const reported = z.array(
  z.object({
    file: z.string(),
    line: z.number(),
    rule_name: z.string(),
    message: z.string(),
    help: z.string().nullish(),
  }),
);

export interface SquawkOptions {
  /** Major version of the server. */
  postgres: number;
  exclude: readonly string[];
  path?: string;
}

export const wordings = {
  "migrations.not-judged": ({ said }: { said: string }) => [`squawk could not judge the SQL: ${said}`],
} satisfies Wordings;

const problem = problems(wordings);

/** @returns undefined where squawk is not installed */
export async function squawk(plan: Plan, { postgres, exclude, path = squawkPath() }: SquawkOptions): Promise<Findings> {
  if (!existsSync(path)) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "socle-squawk-"));
  try {
    const found = new Map<string, Finding[]>();
    for (const atomic of [true, false]) {
      const some = plan.pending.filter((migration) => migration.atomic === atomic && migration.sql);
      if (some.length === 0) continue;
      for (const [at, { sql }] of some.entries()) await writeFile(join(folder, `${String(at)}.sql`), sql ?? "");
      const text = await report(path, [
        "--reporter=json",
        `--pg-version=${String(postgres)}`,
        ...(atomic ? ["--assume-in-transaction"] : []),
        ...exclude.map((rule) => `--exclude=${rule}`),
        ...some.map((_, at) => join(folder, `${String(at)}.sql`)),
      ]);
      for (const { file, line, rule_name: rule, message, help } of reported.parse(JSON.parse(text))) {
        const migration = some[Number(basename(file, ".sql"))];
        if (!migration) continue;
        const statement = (migration.sql ?? "").split("\n").slice(line).join("\n");
        const id = idOf(migration);
        found.set(id, [...(found.get(id) ?? []), { rule, message, help, statement }]);
      }
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Exit status 1 is a finding. */
function report(path: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(path, words, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && (error.code !== 1 || !stdout.startsWith("[")))
        reject(problem("migrations.not-judged", { said: stderr.trim() || error.message }));
      else resolve(stdout);
    });
  });
}
