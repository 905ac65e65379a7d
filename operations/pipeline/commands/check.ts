/** `pipeline check`: the verdict without an engine, for code scanning and for the page of the run. */
import { writeFileSync } from "node:fs";

import type { Command } from "commander";

import { isAwaited } from "../awaited.ts";
import { summarise } from "../output.ts";

interface Options {
  stack: string;
  sarif: string;
}

export function addCheck(program: Command): void {
  program
    .command("check")
    .description(
      "the policies' verdict without an engine; exit status 1 where something is to be mended, evidence that is to come apart",
    )
    .requiredOption("-s, --stack <name>", "the stack, as in Pulumi.NAME.yaml")
    .requiredOption("--sarif <file>", "where the report for code scanning is written")
    .action(async ({ stack, sarif }: Options) => {
      // The whole program comes with these; the other commands start without it.
      const { judge } = await import("../../check/judgement.ts");
      const { formats } = await import("../../check/format.ts");
      const judgement = await judge(process.cwd(), stack);
      for (const finding of judgement.findings) if (isAwaited(finding.id)) finding.level = "advisory";
      const as = (format: string): string => formats[format]?.(judgement) ?? "";
      writeFileSync(sarif, as("sarif"));
      console.log(as("table"));
      summarise(`## Policies: ${stack}\n\n${as("markdown")}`);
      if (judgement.findings.some(({ level }) => level === "mandatory")) process.exitCode = 1;
    });
}
