/** The checklist report as Markdown: for a pull request, a wiki or a release's notes. */
import type { ChecklistReport, LineReport } from "./checklist-report.ts";
import { day, moment } from "./day.ts";
import { details, explanation, judged, parts, stateWords, verdict, version } from "./wording.ts";

export function markdown(report: ChecklistReport): string {
  const { stack, lines, rules, mistakes } = report;
  return [
    `# Pre-production checklist of ${text(stack)}`,
    `**${text(verdict(report))}**`,
    explanation(report).map(text).join("\n"),
    ...parts(lines).flatMap(([part, all]) => [`## ${part}`, table(["Line", "State", "What was found"], all.map(row))]),
    "## What was looked at",
    table(
      ["", ""],
      [
        ["Stack", `${stack} (${report.tier})`],
        ["When", moment(report.when)],
        ["Version", version(report)],
        ["Image", report.image],
      ].map((cells) => cells.map(text)),
    ),
    ...(mistakes.length === 0
      ? []
      : [
          "## Settings that are refused",
          table(
            ["Setting", "Found", "Mend"],
            mistakes.map(({ path, found, mend }) => [path, found, mend].map(text)),
          ),
        ]),
    ...(report.records.length === 0
      ? []
      : [
          "## Evidence of this image and on this stack",
          table(
            ["Rule", "When", "Tool", "Result", "Details", "Counts until", "Tried on", "Ledger and hash"],
            report.records.map((record) => {
              const { policy, when, tool, result, expires, stack: on, subject, ledger, hash } = record;
              const cells = [policy, when, `${tool.name} ${tool.version}`, result, details(record)];
              return [...cells, expires, on ?? subject, `${ledger} ${hash}`].map(text);
            }),
          ),
        ]),
    "## Every rule",
    table(
      ["Rule", "What holds", "Severity", "Level", "Outcome", "Source", "Found"],
      rules.map((told) => {
        const { rule, level, state } = told;
        return [rule.id, rule.name, rule.severity, level, stateWords[state].word, rule.reference, judged(told)].map(
          text,
        );
      }),
    ),
    "",
  ].join("\n\n");
}

function row({ title, plain, state, remarks, waivers, proofs }: LineReport): string[] {
  const found = [
    ...remarks.map(({ id, text: said }) => `${id}: ${said}`),
    ...waivers.map(
      ({ rule, resource, reason, by, expires }) =>
        `${rule} is waived for ${resource} until ${day(expires)} by ${by}: ${reason}`,
    ),
    ...proofs.map(({ id, text: said }) => `${id}: ${said}`),
  ];
  const { sign, word } = stateWords[state];
  return [`**${text(title)}**<br>${text(plain)}`, `${sign} ${word}`, found.map(text).join("<br>")];
}

/** A text within a cell: nothing in it is taken for Markdown or HTML. */
const text = (value: string): string =>
  value.replaceAll(/[\\`*_{}[\]<>#|~]/g, (character) => `\\${character}`).replaceAll(/\s*\n\s*/g, " ");

function table(head: string[], body: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}
