/** `list`: every record, the newest first. */
import type { Command } from "commander";

import { Evidence } from "../../../policies/evidence/evidence.ts";
import type { EvidenceRecord } from "../../../policies/evidence/record.ts";

export function addList(program: Command): void {
  program
    .command("list")
    .description("list the records, the newest first")
    .option("--json", "print JSON, for machines")
    .action(async ({ json }: { json?: true }) => {
      const evidence = await Evidence.read();
      const records = evidence.find({});
      if (json) console.log(JSON.stringify({ records, flaws: evidence.flaws }, undefined, 2));
      else {
        const rows = records.map((record) => row(record, evidence.now));
        const width = (column: number): number => Math.max(...rows.map((cells) => cells[column]?.length ?? 0));
        for (const cells of rows)
          console.log(
            cells
              .map((cell, column) => cell.padEnd(width(column)))
              .join("  ")
              .trimEnd(),
          );
        if (records.length === 0) console.log("There are no records yet: docs/evidence.md says how they come about.");
        for (const { where, found } of evidence.flaws) console.error(`${where}: ${found}; none of its records counts.`);
      }
      if (evidence.flaws.length > 0) process.exitCode = 1;
    });
}

function row(
  { policy, when, result, details, tool, subject, stack = "", expires }: EvidenceRecord,
  now: number,
): string[] {
  const [part = ""] = [details["part"]];
  const ended = Date.parse(expires) < now;
  return [
    ended ? "expired" : result,
    policy,
    String(part),
    `${when.slice(0, 16).replace("T", " ")} UTC`,
    `${tool.name} ${tool.version}`,
    subject.slice(0, "sha256:".length + 12),
    stack,
    `until ${expires.slice(0, 10)}`,
  ];
}
