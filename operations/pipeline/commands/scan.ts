/** `pipeline scan`: bandit, pip-audit and gitleaks over the application and the repository, each with its report. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { Command } from "commander";

import { OperatorError } from "../../stack.ts";
import { summarise } from "../output.ts";
import { type Scan, scans } from "../scan.ts";

interface Options {
  application: string;
  reports: string;
}

export function addScan(program: Command): void {
  program
    .command("scan")
    .description("bandit, pip-audit and gitleaks; exit status 1 where one finds what is to be mended")
    .requiredOption("--application <folder>", "folder of the application")
    .requiredOption("--reports <folder>", "where the reports are written")
    .action(({ application, reports }: Options) => {
      // A report of a former run would stand for one that failed to be written.
      rmSync(reports, { recursive: true, force: true });
      mkdirSync(reports, { recursive: true });
      const done = scans.map((scan) => ({ scan, ...scan.run(application, join(reports, scan.report)) }));
      const rows = done.map(({ scan, problems }) => `| ${scan.name} | ${scan.what} | ${verdict(problems)} |`);
      const table = ["| Scan | Looks for | Result |", "| --- | --- | --- |", ...rows].join("\n");
      console.log(table);
      for (const { scan, problems } of done) for (const problem of problems) console.log(`${scan.name}: ${problem}`);
      summarise(`## Scans\n\n${table}`);
      const failed = done.filter(({ problems }) => problems.length > 0).map(({ scan }) => named(scan));
      if (failed.length > 0)
        throw new OperatorError(
          `Found what is to be mended: ${failed.join(", ")}.\n    → Mend it. What is no danger is named with its reason: \`# nosec\` with the id (bandit), .gitleaks.toml (gitleaks); pip-audit asks for a newer version.`,
        );
    });
}

const named = ({ name, report }: Scan): string => `${name} (${report})`;
const verdict = (problems: readonly string[]): string =>
  problems.length === 0 ? "✅ nothing" : `❌ ${String(problems.length)}`;
