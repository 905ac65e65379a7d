/**
 * Writes what is known of each line of the pre-production checklist, for people: as a page and as Markdown.
 *
 *   npm run report -- --stack production [--output DIR] [--format html|markdown]
 *
 * Exit status 0 when it is written, whatever it says (`npm run check` is the gate); 2 when there is nothing to say.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Command, CommanderError, Option } from "commander";

import { Problem } from "../../config/problem.ts";
import { rules } from "../../policies/catalogue.ts";
import { ownProject } from "../../toolchain/project.ts";
import { examine } from "../check/judgement.ts";
import { type ChecklistReport, checklistReport } from "./checklist-report.ts";
import { commitOf } from "./commit.ts";
import { markdown } from "./markdown.ts";
import { page } from "./page.ts";
import { explanation, verdict } from "./wording.ts";

const forms: Record<string, { end: string; write: (report: ChecklistReport) => string }> = {
  html: { end: "html", write: page },
  markdown: { end: "md", write: markdown },
};

const program = new Command("npm run report --")
  .description("Writes the pre-production checklist of a stack: what is met, what is not, and what shows it.")
  .requiredOption("-s, --stack <name>", "the stack, as in Pulumi.NAME.yaml")
  .option("-o, --output <folder>", "folder that it is written to; `-` prints it", "reports")
  .addOption(new Option("-f, --format <format>", "one form only (default: both)").choices(Object.keys(forms)))
  .exitOverride()
  .showHelpAfterError()
  .action(async ({ stack, output, format }: { stack: string; output: string; format?: string }) => {
    const found = await examine(ownProject().folder, stack);
    const report = checklistReport(found, rules, {
      when: new Date(),
      commit: commitOf(join(import.meta.dirname, "..", "..")),
    });
    const chosen = Object.entries(forms).filter(([name]) => format === undefined || name === format);
    if (output === "-") {
      console.log(chosen.map(([, { write }]) => write(report)).join("\n"));
      return;
    }
    mkdirSync(output, { recursive: true });
    const files = chosen.map(([, { end, write }]) => {
      const file = join(output, `checklist-${stack}.${end}`);
      writeFileSync(file, write(report));
      return file;
    });
    console.log([verdict(report), ...explanation(report), "", ...files.map((file) => `written: ${file}`)].join("\n"));
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const own = error instanceof Problem || (error as { syscall?: string }).syscall !== undefined;
    console.error(own && error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
