/** `verify`: whether the ledgers are as they were written. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import type { Command } from "commander";

import { problems, type Wordings } from "../../../config/problem.ts";
import { Evidence, evidenceFolder, ledgerFiles } from "../../../policies/evidence/evidence.ts";
import type { Flaw } from "../../../policies/evidence/ledger.ts";

export function addVerify(program: Command): void {
  program
    .command("verify")
    .description("find records that were edited, removed or moved")
    .option("--against <revision>", "a revision of Git: every record that it has must still be there")
    .option("--json", "print JSON, for machines")
    .action(async ({ against, json }: { against?: string; json?: true }) => {
      const folder = evidenceFolder();
      const { ledgers, flaws } = await Evidence.read(folder);
      const all = [...flaws, ...(against === undefined ? [] : removed(folder, against))];
      const whole = ledgers.filter(({ flaw }) => !flaw);
      if (json)
        console.log(
          JSON.stringify({
            ledgers: whole.map(({ name, records }) => ({ name, records: records.length })),
            flaws: all,
          }),
        );
      else {
        for (const { name, records } of whole) {
          const signed = records.filter(({ signature }) => signature !== undefined).length;
          console.log(`✔ ${basename(folder)}/${name}.jsonl: ${records.length} records, ${signed} of them signed`);
        }
        for (const { where, found } of all) console.error(`✗ ${where}: ${found}`);
        if (ledgers.length === 0) console.log("There are no ledgers yet.");
      }
      if (all.length > 0) process.exitCode = 1;
    });
}

export const wordings = {
  "evidence.no-revision": ({ command, said }: { command: string; said: string }) => [
    `git ${command}: ${said}`,
    "Name a revision that is there, such as origin/main.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** What an earlier revision has and the ledgers here have not: they only ever grow. */
function removed(folder: string, revision: string): Flaw[] {
  const git = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync("git", words, { cwd: dirname(folder), encoding: "utf8" });
    if (status !== 0) throw problem("evidence.no-revision", { command: words[0] ?? "", said: stderr.trim() });
    return stdout;
  };
  const name = basename(folder);
  const here = new Set(ledgerFiles(folder));
  return git("ls-tree", "--name-only", revision, `${name}/`)
    .split("\n")
    .map((path) => basename(path))
    .filter((file) => file.endsWith(".jsonl"))
    .flatMap((file): Flaw[] => {
      const shown = `${name}/${file}`;
      if (!here.has(file)) return [{ where: shown, found: `is gone; ${revision} has it` }];
      const before = git("show", `${revision}:./${shown}`).split("\n");
      const now = readFileSync(join(folder, file), "utf8").split("\n");
      const line = before.findIndex((text, index) => text !== "" && text !== now[index]);
      return line === -1 ? [] : [{ where: `${shown}:${line + 1}`, found: `is not what ${revision} has there` }];
    });
}
