/** The scans of the pipeline: how each is run, and what of its report is to be mended. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { OperatorError } from "../stack.ts";
import { type Ended, run, tool } from "../tool.ts";

export interface Scan {
  name: string;
  what: string;
  /** File name of its report. */
  report: string;
  run(application: string, report: string): { problems: string[] };
}

export const scans: readonly Scan[] = [
  { name: "bandit", what: "unsafe Python, from medium severity on", report: "bandit.json", run: bandit },
  { name: "pip-audit", what: "known vulnerabilities of the Python packages", report: "pip-audit.json", run: pipAudit },
  { name: "gitleaks", what: "secrets in the repository and its history", report: "gitleaks.json", run: gitleaks },
];

interface BanditReport {
  errors: { filename: string; reason: string }[];
  results: { test_id: string; issue_severity: string; filename: string; line_number: number; issue_text: string }[];
}

function bandit(application: string, report: string): { problems: string[] } {
  const ended = run(tool("python", "bandit"), [
    "--quiet",
    "--recursive",
    application,
    "--format=json",
    `--output=${report}`,
  ]);
  const { errors, results } = read("bandit", report, ended) as BanditReport;
  return {
    problems: [
      // What could not be read was not judged.
      ...errors.map(({ filename, reason }) => `${filename}: ${reason}`),
      ...results
        .filter(({ issue_severity: severity }) => severity !== "LOW")
        .map((found) => `${found.filename}:${String(found.line_number)}: ${found.issue_text} (${found.test_id})`),
    ],
  };
}

interface AuditReport {
  dependencies: {
    name: string;
    version?: string;
    skip_reason?: string;
    vulns?: { id: string; fix_versions: string[] }[];
  }[];
}

function pipAudit(application: string, report: string): { problems: string[] } {
  const requirements = join(application, "requirements.txt");
  if (!existsSync(requirements)) {
    if (!holdsPython(application)) {
      writeFileSync(report, JSON.stringify({ dependencies: [], fixes: [] }));
      return { problems: [] };
    }
    return { problems: [`${requirements} is not there; state the packages with their versions in it`] };
  }
  const words = [
    "--requirement",
    requirements,
    "--disable-pip",
    "--progress-spinner=off",
    "--format=json",
    `--output=${report}`,
  ];
  if (readFileSync(requirements, "utf8").includes("--hash=")) words.push("--require-hashes");
  else words.push("--no-deps");
  const service = process.env["OSV_URL"];
  if (service) words.push("--vulnerability-service=osv", `--osv-url=${service}`);
  const { dependencies } = read("pip-audit", report, run(tool("python", "pip-audit"), words)) as AuditReport;
  // A package that the service does not know was not judged.
  const skipped = dependencies.filter(({ skip_reason: reason }) => reason !== undefined).map(({ name }) => name);
  return {
    problems: [
      ...(skipped.length > 0
        ? [
            `${String(skipped.length)} of ${String(dependencies.length)} packages could not be judged: ${skipped.join(", ")}`,
          ]
        : []),
      ...dependencies.flatMap(({ name, version = "", vulns = [] }) =>
        vulns.map(
          ({ id, fix_versions: fixed }) =>
            `${name} ${version}: ${id}, mended in ${fixed.join(", ") || "no version yet"}`,
        ),
      ),
    ],
  };
}

const holdsPython = (folder: string): boolean =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).some(
    (file) => file.endsWith(".py") && !file.includes("node_modules/"),
  );

type LeakReport = { RuleID: string; File: string; StartLine: number; Commit: string }[];

function gitleaks(_application: string, report: string): { problems: string[] } {
  const words = [
    "git",
    "--no-banner",
    "--redact",
    "--exit-code=3",
    "--report-format=json",
    `--report-path=${report}`,
    ".",
  ];
  const found = read("gitleaks", report, run(tool("go", "gitleaks"), words)) as LeakReport;
  return {
    problems: found.map(
      (leak) => `${leak.File}:${String(leak.StartLine)}: ${leak.RuleID}, in commit ${leak.Commit.slice(0, 12)}`,
    ),
  };
}

/** @throws OperatorError where the scanner itself failed and has reported nothing */
function read(name: string, report: string, { status, stderr }: Ended): unknown {
  if (status === null || status > 3 || !existsSync(report))
    throw new OperatorError(
      `${name} could not judge (exit code ${String(status)}): ${stderr.trim().split("\n").slice(-5).join("\n")}`,
    );
  return JSON.parse(readFileSync(report, "utf8"));
}
