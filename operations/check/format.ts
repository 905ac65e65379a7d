/** A judgement in the forms that people and machines read. */
import { readFileSync } from "node:fs";

import { rules } from "../../policies/catalogue.ts";
import type { Finding, Judgement } from "./judgement.ts";

export const formats: Record<string, (judgement: Judgement) => string> = { table, markdown, json, sarif };

function summary({ stack, met, findings }: Judgement): string {
  const blocking = findings.filter(({ level }) => level === "mandatory").length;
  const verdict = blocking === 0 ? "may go out" : `is refused: ${String(blocking)} to mend`;
  return `Stack ${stack} ${verdict}; ${String(findings.length - blocking)} to know of; ${String(met)} checks met.`;
}

function table(judgement: Judgement): string {
  const width = Math.max(...judgement.findings.map(({ id }) => id.length), 0);
  const lines = judgement.findings.map(
    ({ id, level, outcome, resource, message }) =>
      `${level === "mandatory" ? "✗" : "!"} ${id.padEnd(width)}  ${outcome}  ${resource}\n${indented(message)}`,
  );
  return [...lines, summary(judgement)].join("\n\n");
}

const indented = (message: string): string =>
  message
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");

function markdown(judgement: Judgement): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, "<br>");
  const row = ({ id, severity, outcome, level, resource, message }: Finding): string =>
    `| ${level === "mandatory" ? "❌" : "⚠️"} ${id} | ${severity} | ${outcome} | ${cell(resource)} | ${cell(message)} |`;
  const rows = ["| Rule | Severity | Outcome | Where | What |", "| --- | --- | --- | --- | --- |"];
  return [
    `**${summary(judgement)}**`,
    ...(judgement.findings.length > 0 ? [[...rows, ...judgement.findings.map(row)].join("\n")] : []),
  ].join("\n\n");
}

function json(judgement: Judgement): string {
  return JSON.stringify(judgement, undefined, 2);
}

/** SARIF 2.1.0, as GitHub's code scanning takes it. */
function sarif({ stack, findings }: Judgement): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const described = rules.map(({ id, name, description, mend }) => ({
    id,
    shortDescription: { text: name },
    fullDescription: { text: description },
    help: { text: mend },
  }));
  const configuration = { id: "configuration", shortDescription: { text: "the settings can be read" } };
  const uri = `Pulumi.${stack}.yaml`;
  return JSON.stringify(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "socle check", version, rules: [...described, configuration] } },
          results: findings.map(({ id, level, outcome, resource, message }) => ({
            ruleId: id,
            level: level === "mandatory" ? "error" : outcome === "waived" ? "note" : "warning",
            message: { text: `${resource}: ${message}` },
            locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } } }],
          })),
        },
      ],
    },
    undefined,
    2,
  );
}
