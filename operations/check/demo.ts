/**
 * Shows what `npm run check` is for: in throw-away copies of the project, the example for production passes, and for
 * each line of the pre-production checklist a variant that breaks it is refused by name.
 *
 *   npm run check:demo
 *
 * Exit status 0 when each is as it must be, 1 otherwise.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { checklist } from "../../policies/checklist.ts";
import { type Judgement, judge } from "./judgement.ts";
import { ProjectCopy } from "./project-copy.ts";
import { sampleReports } from "./sample-reports.ts";
import { type UnsafeVariant, unsafeVariants } from "./unsafe-variants.ts";

interface Row {
  line: string;
  variant: string;
  /** Exit status of the check. */
  code: number;
  /** Rules and settings that refuse it. */
  named: string[];
  ok: boolean;
  seconds: number;
}

/** Records the sample reports in a copy, by the importers that a pipeline uses. */
async function withEvidence(copy: ProjectCopy): Promise<ProjectCopy> {
  const folder = join(copy.folder, "reports");
  await mkdir(folder);
  for (const [index, { importer, options = [], text }] of sampleReports.entries()) {
    const file = join(folder, `${importer}-${index}`);
    const report = text(new Date().toISOString().replace(/\.\d+Z$/, "Z"));
    await writeFile(file, typeof report === "string" ? report : JSON.stringify(report));
    const words = ["import", importer, file, ...options, "--image", copy.imageDigest];
    const { code, said } = await copy.run("operations/evidence/evidence.ts", ...words);
    if (code !== 0) throw new Error(`evidence ${words.join(" ")}: ${said}`);
  }
  return copy;
}

interface Verdict {
  code: number;
  named: string[];
  said: string;
  seconds: number;
}

/** Judges a copy: by the program of this process, which the copy has too, or, where that was edited, by the copy's own. */
async function checked(copy: ProjectCopy, edited: boolean): Promise<Verdict> {
  const start = performance.now();
  const { code, findings, said } = edited ? await byItsOwn(copy) : await byThis(copy);
  const seconds = (performance.now() - start) / 1000;
  const mandatory = findings.filter(({ level }) => level === "mandatory");
  const named = [...new Set(mandatory.map(({ id, resource }) => (id === "configuration" ? resource : id)))];
  return { code, named, said: [said, ...mandatory.map(({ message }) => message)].join("\n"), seconds };
}

type Answered = Pick<Judgement, "findings"> & { code: number; said: string };

async function byItsOwn(copy: ProjectCopy): Promise<Answered> {
  const { code, printed, said } = await copy.run("operations/check/check.ts", "-s", "production", "--format", "json");
  return code === 2 ? { code, said, findings: [] } : { code, said: "", ...(JSON.parse(printed) as Judgement) };
}

async function byThis(copy: ProjectCopy): Promise<Answered> {
  const { findings } = await judge(copy.folder, "production", copy.evidence);
  return { code: findings.some(({ level }) => level === "mandatory") ? 1 : 0, said: "", findings };
}

async function refused(copy: ProjectCopy, variant: UnsafeVariant): Promise<Row> {
  const { line, by, says, edit } = variant;
  const { code, named, said, seconds } = await copy.vary(variant, () => checked(copy, edit !== undefined));
  const ok = code === 1 && named.includes(by) && says.test(said);
  return { line, variant: described(variant), code, named, ok, seconds };
}

async function passed(copy: ProjectCopy): Promise<Row> {
  await copy.configure();
  const { code, named, seconds } = await checked(copy, false);
  return { line: "(every line)", variant: "the example, with evidence", code, named, ok: code === 0, seconds };
}

function described({ settings = {}, edit }: UnsafeVariant): string {
  const changes = Object.entries(settings).map(([path, value]) => `${path}: ${JSON.stringify(value)}`);
  return [...changes, ...(edit ? [`${edit[0]}: ${edit[2].replaceAll(/\s+/g, " ")}`] : [])].join("; ");
}

function table(rows: readonly Row[]): string {
  const head = ["", "Line of the checklist", "Exit", "Refused by", "Seconds", "Variant"];
  const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
  const body = rows.map(({ line, variant, code, named, ok, seconds }) => [
    ok ? "✓" : "✗",
    line,
    String(code),
    cut(named.join(" ") || "-", 44),
    seconds.toFixed(1),
    cut(variant, 90),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((cells) => cells[column]?.length ?? 0)));
  return [head, ...body]
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Carries out trials in a copy of their own, one after another. */
async function inCopy(trials: readonly ((copy: ProjectCopy) => Promise<Row>)[]): Promise<Row[]> {
  const copy = await ProjectCopy.create();
  try {
    await withEvidence(copy);
    const rows: Row[] = [];
    for (const trial of trials) rows.push(await trial(copy));
    return rows;
  } finally {
    await copy.remove();
  }
}

async function main(): Promise<number> {
  console.error(`Checking the example and ${unsafeVariants.length} unsafe variants of it, in throw-away copies …`);
  const trial = (variant: UnsafeVariant) => (copy: ProjectCopy) => refused(copy, variant);
  const settled = await Promise.allSettled([
    inCopy([passed, ...unsafeVariants.filter(({ edit }) => !edit).map(trial)]),
    inCopy(unsafeVariants.filter(({ edit }) => edit).map(trial)),
  ]);
  const failure = settled.find((result) => result.status === "rejected");
  if (failure) throw failure.reason as Error;
  const order = ["(every line)", ...checklist.map(({ line }) => line)];
  const rows = settled
    .flatMap((result) => (result.status === "fulfilled" ? result.value : []))
    .sort((a, b) => order.indexOf(a.line) - order.indexOf(b.line));

  console.log(table(rows));
  const shown = new Set(rows.map(({ line }) => line));
  const missing = checklist.map(({ line }) => line).filter((line) => !shown.has(line));
  for (const line of missing) console.log(`✗ ${line}: no variant breaks it`);
  const wrong = rows.filter(({ ok }) => !ok).length + missing.length;
  console.log(
    wrong === 0
      ? `\nAll as it must be: the example passes, and ${unsafeVariants.length} variants of ${checklist.length} lines are refused.`
      : `\n${wrong} not as it must be.`,
  );
  return wrong === 0 ? 0 : 1;
}

process.exitCode = await main();
