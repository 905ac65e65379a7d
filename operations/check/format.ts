/** A judgement in the forms that people and machines read. */
import { rules } from "../../policies/catalogue.ts";
import type { Described } from "../../policies/rule.ts";
import { version } from "../version.ts";
import type { Finding, Judgement } from "./judgement.ts";

/** What kind of judgement it is. */
export interface Kind {
  /** Name of the tool, in SARIF. */
  tool: string;
  rules: readonly Described[];
  /** How a stack is spoken of that has nothing to mend, and that has. */
  words: { passed: string; blocked: string };
}

const check: Kind = { tool: "socle check", rules, words: { passed: "may go out", blocked: "is refused" } };

export const formats: Record<string, (judgement: Judgement, kind?: Kind) => string> = { table, markdown, json, sarif };

function summary({ stack, met, findings }: Judgement, { words }: Kind): string {
  const blocking = findings.filter(({ level }) => level === "mandatory").length;
  const verdict = blocking === 0 ? words.passed : `${words.blocked}: ${String(blocking)} to mend`;
  return `Stack ${stack} ${verdict}; ${String(findings.length - blocking)} to know of; ${String(met)} checks met.`;
}

const mark = ({ level, outcome }: Finding): string =>
  outcome === "met" ? "✓" : outcome === "not applicable" ? "-" : level === "mandatory" ? "✗" : "!";

function table(judgement: Judgement, kind = check): string {
  const { findings, others = [] } = judgement;
  const width = Math.max(...[...findings, ...others].map(({ id }) => id.length), 0);
  const line = (finding: Finding): string =>
    `${mark(finding)} ${finding.id.padEnd(width)}  ${finding.outcome}  ${finding.resource}`;
  return [
    ...findings.map((finding) => `${line(finding)}\n${indented(finding.message)}`),
    ...(others.length > 0 ? [others.map((finding) => `${line(finding)}: ${finding.message}`).join("\n")] : []),
    summary(judgement, kind),
  ].join("\n\n");
}

const indented = (message: string): string =>
  message
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");

const signs: Record<string, string> = { "✗": "❌", "!": "⚠️", "✓": "✅", "-": "➖" };

function markdown(judgement: Judgement, kind = check): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, "<br>");
  const row = (finding: Finding): string => {
    const { id, severity, outcome, resource, message } = finding;
    return `| ${signs[mark(finding)] ?? ""} ${id} | ${severity} | ${outcome} | ${cell(resource)} | ${cell(message)} |`;
  };
  const rows = ["| Rule | Severity | Outcome | Where | What |", "| --- | --- | --- | --- | --- |"];
  const all = [...judgement.findings, ...(judgement.others ?? [])];
  return [`**${summary(judgement, kind)}**`, ...(all.length > 0 ? [[...rows, ...all.map(row)].join("\n")] : [])].join(
    "\n\n",
  );
}

function json(judgement: Judgement): string {
  return JSON.stringify(judgement, undefined, 2);
}

/** SARIF 2.1.0, as GitHub's code scanning takes it. */
function sarif({ stack, findings, others = [] }: Judgement, { tool, rules: known } = check): string {
  const described = known.map(({ id, name, description, mend }) => ({
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
          tool: { driver: { name: tool, version, rules: [...described, configuration] } },
          results: [...findings, ...others].map((finding) => ({
            ruleId: finding.id,
            ...gravity(finding),
            message: { text: `${finding.resource}: ${finding.message}` },
            locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } } }],
          })),
        },
      ],
    },
    undefined,
    2,
  );
}

/** SARIF 2.1.0, 3.27.9 and 3.27.10: what did not fail has no level. */
function gravity({ level, outcome }: Finding): { kind?: string; level: string } {
  if (outcome === "met") return { kind: "pass", level: "none" };
  if (outcome === "not applicable") return { kind: "notApplicable", level: "none" };
  return { level: level === "mandatory" ? "error" : outcome === "waived" || level === "off" ? "note" : "warning" };
}
