/** `import`: a tool's report becomes a record. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";

import { type Command, InvalidArgumentError, Option } from "commander";

import { problems, type Wordings } from "../../../config/problem.ts";
import { evidenceFolder } from "../../../policies/evidence/evidence.ts";
import { ownProject } from "../../../toolchain/project.ts";
import { record } from "../record.ts";
import type { Reported } from "../report.ts";
import { junit, type Suite, suites } from "../reports/junit.ts";
import { defaultLimits, k6, type Limits, locust } from "../reports/load.ts";
import { bandit, type BanditSeverity, gitleaks, pipAudit, safety } from "../reports/scans.ts";

/** Of all importers; each has those that it asks for. */
interface Options extends Limits {
  image: string;
  stack?: string;
  json?: true;
  suite: Suite;
  severity: BanditSeverity;
}
type Read = (text: string, options: Options) => Reported;

export function addImport(program: Command): void {
  const command = program.command("import").description("record what a tool's report says, for one image");
  const importer = (name: string, what: string, read: Read): Command =>
    command
      .command(`${name} <file>`)
      .description(what)
      .requiredOption("--image <reference>", "image that it was tried on: NAME@sha256:… or sha256:…", digestOf)
      .option("--stack <name>", "stack that it was tried on, as in Pulumi.NAME.yaml")
      .option("--json", "print the record as JSON, for machines")
      .action(async (file: string, options: Options) => {
        await take(file, options, read);
      });

  importer("junit", "JUnit XML of backend or E2E tests (EVD-03)", (text, { suite }) => junit(text, suite)).addOption(
    new Option("--suite <name>", "which tests these are").choices(suites).makeOptionMandatory(),
  );
  importer("bandit", "bandit -f json: the source (EVD-08)", (text, { severity }) => bandit(text, severity)).addOption(
    new Option("--severity <level>", "findings from this severity on fail it")
      .choices(["low", "medium", "high"])
      .default("medium"),
  );
  importer("pip-audit", "pip-audit -f json: the packages (EVD-08)", pipAudit);
  importer("safety", "safety check --output json: the packages (EVD-08)", safety);
  importer("gitleaks", "gitleaks' report in JSON or SARIF: secrets (EVD-08)", gitleaks);
  limited(importer("k6", "k6 --summary-export, or handleSummary's data: a load test (EVD-04)", k6));
  limited(importer("locust", "PREFIX_stats.csv of --csv, or the output of --json: a load test (EVD-04)", locust));
}

function limited(command: Command): void {
  const number = (most: number) => (text: string) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= 0 && value <= most))
      throw new InvalidArgumentError(`Write a number from 0 to ${most}.`);
    return value;
  };
  command
    .option(
      "--failed-share <share>",
      "largest share of requests that may fail, from 0 to 1",
      number(1),
      defaultLimits.failedShare,
    )
    .option("--p95 <milliseconds>", "longest time for 95 of 100 requests", number(3_600_000), defaultLimits.p95)
    .option("--requests <number>", "fewest requests that say anything", number(1e12), defaultLimits.requests);
}

async function take(file: string, options: Options, read: Read): Promise<void> {
  const { image, stack, json } = options;
  const text = contents(file);
  const { when = statSync(file).mtime, details, ...reported } = read(text, options);
  const written = await record({
    ...reported,
    when,
    subject: image,
    ...(stack === undefined ? {} : { stack: nameOnHost(stack) }),
    // By which the report itself is known again.
    details: { ...details, report: createHash("sha256").update(text).digest("hex") },
  });
  if (json) console.log(JSON.stringify(written));
  else
    console.log(
      `${written.policy} ${written.result}: ${basename(file)} of ${written.when}, by ${written.tool.name} ${written.tool.version}; recorded in ${evidenceFolder()}${written.signature ? ", signed" : ""}.`,
    );
}

export const wordings = {
  "evidence.no-report": ({ file, reason }: { file: string; reason: string }) => [
    `${file} could not be read: ${reason}; nothing was recorded.`,
    "Name the file that the tool wrote.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

function contents(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw problem("evidence.no-report", {
      file,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

function digestOf(reference: string): string {
  const digest = /(?:^|@)(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
  if (digest === undefined)
    throw new InvalidArgumentError("Name the image by its digest: NAME@sha256: and 64 hexadecimal digits.");
  return digest;
}

/** As the stack calls itself where it runs (config/environment.ts). */
function nameOnHost(stack: string): string {
  return `${ownProject().name}-${stack}`;
}
