/** Reports of scanners: bandit, pip-audit, safety, gitleaks. */
import { z } from "zod";

import { dated, json, ReportError, type Reported, shaped } from "../report.ts";

const severities = ["LOW", "MEDIUM", "HIGH"] as const;
export type BanditSeverity = Lowercase<(typeof severities)[number]>;

const banditReport = z.looseObject({
  errors: z.array(z.looseObject({ filename: z.string(), reason: z.string() })),
  generated_at: z.string(),
  metrics: z.looseObject({ _totals: z.looseObject({ loc: z.int().min(0) }) }),
  results: z.array(
    z.looseObject({
      test_id: z.string(),
      issue_severity: z.enum([...severities, "UNDEFINED"]),
      more_info: z.string().optional(),
    }),
  ),
});

/** `bandit -f json`. @param least severity from which on a finding fails it */
export function bandit(text: string, least: BanditSeverity): Reported {
  const { errors, generated_at, metrics, results } = shaped("bandit", banditReport, json("bandit", text));
  const lines = metrics._totals.loc;
  if (lines === 0)
    throw new ReportError("bandit", "judged no line of code", "Name the folder with the code: bandit -r FOLDER.");
  const from = severities.indexOf(least.toUpperCase() as (typeof severities)[number]);
  // What has no severity is judged as the gravest.
  const grave = results.filter(
    ({ issue_severity: found }) => found === "UNDEFINED" || severities.indexOf(found) >= from,
  );
  const version = results.flatMap(
    ({ more_info = "" }) => /readthedocs\.io\/en\/([\d.]+)\//.exec(more_info)?.[1] ?? [],
  )[0];
  return {
    policy: "EVD-08",
    tool: { name: "bandit", version: version ?? "unknown" },
    // A file that could not be read was not judged.
    result: grave.length === 0 && errors.length === 0 ? "passed" : "failed",
    details: { part: "source", findings: grave.length, from: least, unread: errors.length, lines },
    when: dated("bandit", generated_at),
  };
}

const auditReport = z.looseObject({
  dependencies: z.array(
    z.union([
      z.looseObject({ name: z.string(), version: z.string(), vulns: z.array(z.looseObject({ id: z.string() })) }),
      z.looseObject({ name: z.string(), skip_reason: z.string() }),
    ]),
  ),
});

/** `pip-audit -f json`. It dates nothing. */
export function pipAudit(text: string): Reported {
  const { dependencies } = shaped("pip-audit", auditReport, json("pip-audit", text));
  const judged = dependencies.filter((each): each is typeof each & { vulns: { id: string }[] } => "vulns" in each);
  if (judged.length === 0) throw new ReportError("pip-audit", "judged no package");
  const vulnerabilities = judged.reduce((total, { vulns }) => total + vulns.length, 0);
  const skipped = dependencies.length - judged.length;
  return {
    policy: "EVD-08",
    tool: { name: "pip-audit", version: "unknown" },
    result: vulnerabilities === 0 && skipped === 0 ? "passed" : "failed",
    details: { part: "dependencies", vulnerabilities, packages: judged.length, skipped },
  };
}

const safetyCheck = z.looseObject({
  report_meta: z.looseObject({
    timestamp: z.string(),
    safety_version: z.string(),
    packages_found: z.int().min(0),
    vulnerabilities_found: z.int().min(0),
  }),
  vulnerabilities: z.array(z.looseObject({})),
});

/** `safety check --output json`. */
export function safety(text: string): Reported {
  const report = shaped("safety", safetyCheck, json("safety", text));
  const {
    timestamp,
    safety_version: version,
    packages_found: packages,
    vulnerabilities_found: said,
  } = report.report_meta;
  if (packages === 0) throw new ReportError("safety", "judged no package");
  const vulnerabilities = Math.max(report.vulnerabilities.length, said);
  return {
    policy: "EVD-08",
    tool: { name: "safety", version },
    result: vulnerabilities === 0 ? "passed" : "failed",
    details: { part: "dependencies", vulnerabilities, packages },
    when: dated("safety", timestamp),
  };
}

const leaks = z.array(z.looseObject({ RuleID: z.string(), File: z.string(), Fingerprint: z.string() }));
const leaksSarif = z.looseObject({
  version: z.literal("2.1.0"),
  runs: z
    .array(
      z.looseObject({
        tool: z.looseObject({
          driver: z.looseObject({ name: z.literal("gitleaks"), semanticVersion: z.string().optional() }),
        }),
        results: z.array(z.looseObject({})),
      }),
    )
    .min(1),
});

/** `gitleaks --report-format json`, a list that is empty where all is well; or `sarif`, which says the version too. */
export function gitleaks(text: string): Reported {
  const value = json("gitleaks", text);
  const list = Array.isArray(value);
  const runs = list ? [] : shaped("gitleaks", leaksSarif, value).runs;
  const found = list
    ? shaped("gitleaks", leaks, value).length
    : runs.reduce((total, { results }) => total + results.length, 0);
  return {
    policy: "EVD-08",
    tool: { name: "gitleaks", version: runs[0]?.tool.driver.semanticVersion ?? "unknown" },
    result: found === 0 ? "passed" : "failed",
    details: { part: "secrets", leaks: found },
  };
}
