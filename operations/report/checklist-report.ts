/** What is known of each line of the pre-production checklist, and of each rule: what the pages show. */
import { checklist, type ChecklistLine, linesOf, servedBySettings } from "../../policies/checklist.ts";
import type { Mistake } from "../../config/mistake.ts";
import type { EvidenceRecord } from "../../policies/evidence/record.ts";
import { imageDigest } from "../../policies/evidence/demand.ts";
import type { Proof, Rule } from "../../policies/rule.ts";
import { type Level, levelOf, type Verdict } from "../../policies/verdict.ts";
import type { Examination } from "../check/judgement.ts";
import type { Commit } from "./commit.ts";
import { day } from "./day.ts";

export type State = "met" | "violated" | "no evidence" | "undecided" | "waived" | "not checked";

export interface Remark {
  /** Of a rule, or of the settings where these are refused. */
  id: string;
  text: string;
}

export interface LineReport {
  line: ChecklistLine;
  /** Security, Configuration, Tests or Documentation. */
  part: string;
  /** The line within its part. */
  title: string;
  /** What it asks for, in plain words. */
  plain: string;
  state: State;
  /** What is wrong, and what to do about it. */
  remarks: Remark[];
  /** What it was shown by. */
  proofs: Remark[];
  waivers: Waiver[];
  rules: string[];
}

export interface Waiver {
  rule: string;
  resource: string;
  reason: string;
  by: string;
  expires: string;
}

/** A rule and all that it judged. */
export interface RuleReport {
  rule: Rule;
  level: Level;
  state: State;
  /** What it looked at, each with what came of it. */
  verdicts: readonly Verdict[];
}

export interface ChecklistReport {
  stack: string;
  tier: string;
  image: string;
  when: Date;
  commit: Commit;
  /** Whether nothing blocks the stack: what `npm run check` exits by. */
  mayGoOut: boolean;
  /** How much blocks it, on the checklist or beside it. */
  blocking: number;
  lines: LineReport[];
  rules: RuleReport[];
  mistakes: readonly Mistake[];
  /** What was recorded of this image or on this stack, the newest first. */
  records: readonly Recorded[];
}

export interface Recorded extends EvidenceRecord {
  ledger: string;
}

/** The gravest first: of what a line's rules found, the first of these is the line's state. */
const order: readonly State[] = ["violated", "no evidence", "undecided", "waived", "met", "not checked"];
const gravest = (states: readonly State[]): State => order.find((state) => states.includes(state)) ?? "not checked";

export function checklistReport(
  examination: Examination,
  rules: readonly Rule[],
  { when, commit }: { when: Date; commit: Commit },
): ChecklistReport {
  const { stack, facts, verdicts, mistakes } = examination;
  const told = rules.map((rule): RuleReport => {
    const own = verdicts.filter((verdict) => verdict.rule.id === rule.id);
    return { rule, level: levelOf(rule, facts), state: gravest(own.map(stateOf)), verdicts: own };
  });
  const blocking = mistakes.length + verdicts.filter(blocks).length;
  return {
    stack,
    tier: facts?.tier ?? "unknown",
    image: facts?.application.image ?? "unknown",
    when,
    commit,
    mayGoOut: blocking === 0,
    blocking,
    lines: checklist.map((line) => lineReport(line, told, examination)),
    rules: told,
    mistakes,
    records: recordsOf(examination),
  };
}

function recordsOf({ evidence, facts }: Examination): Recorded[] {
  if (!facts) return [];
  const digest = imageDigest(facts.application.image);
  return evidence.ledgers
    .flatMap(({ name, records }) => records.map((record) => ({ ...record, ledger: name })))
    .filter(({ subject, stack }) => subject === digest || stack === facts.name)
    .sort((a, b) => (a.when < b.when ? 1 : -1));
}

const blocks = ({ outcome, level }: Verdict): boolean => outcome !== "met" && level === "mandatory";

const states: Record<Verdict["outcome"], State> = {
  met: "met",
  violated: "violated",
  failed: "violated",
  undecided: "undecided",
  waived: "waived",
};
const stateOf = ({ outcome, findings }: Verdict): State =>
  outcome === "violated" && findings.every(({ untried }) => untried) ? "no evidence" : states[outcome];

function lineReport(
  { line, plain, settings = [] }: (typeof checklist)[number],
  told: readonly RuleReport[],
  { mistakes, proofs }: Examination,
): LineReport {
  const [part = "", title = ""] = line.split(/: (.*)/);
  const serving = told.filter(({ rule }) => linesOf(rule).includes(line));
  const about = { line, part, title, plain, rules: serving.map(({ rule }) => rule.id) };
  const refused = mistakes.filter(({ path }) => settings.some((start) => path.startsWith(start)));
  if (refused.length > 0) return { ...about, ...none, state: "violated", remarks: refused.map(refusal) };
  // What is refused as a whole is judged no further.
  if (mistakes.length > 0) return { ...about, ...none, state: "not checked" };
  if (line === servedBySettings) return { ...about, ...none, state: "met", proofs: [settingsRead] };

  const concerning = serving.map(({ rule, verdicts }) => ({ rule, verdicts: verdicts.map(onLine(line)) }));
  const all = concerning.flatMap(({ verdicts }) => verdicts);
  return {
    ...about,
    state: gravest(all.map(stateOf)),
    remarks: all.filter(({ outcome }) => outcome !== "met" && outcome !== "waived").flatMap(remarksOf),
    proofs: concerning.flatMap(({ rule, verdicts }) => {
      const shown = (proofs[rule.id] ?? []).filter((proof) => proof.line === undefined || proof.line === line);
      return shown.length > 0 ? shown.map(recorded(rule)) : proofsOf(rule, verdicts);
    }),
    waivers: all.flatMap(({ rule, resource, waiver }) => (waiver ? [{ ...waiver, rule: rule.id, resource }] : [])),
  };
}

const none = { remarks: [], proofs: [], waivers: [] };
const refusal = ({ path, found, mend }: Mistake): Remark => ({ id: "settings", text: `${path}: ${found} → ${mend}` });
const settingsRead: Remark = { id: "settings", text: "Every setting was read and checked against all others." };

/** Of a verdict, what concerns one line: a rule that serves several may find fault with one of them only. */
const onLine =
  (line: ChecklistLine) =>
  (verdict: Verdict): Verdict => {
    const findings = verdict.findings.filter((finding) => finding.line === undefined || finding.line === line);
    if (findings.length > 0 || verdict.findings.length === 0) return { ...verdict, findings };
    const { waiver: _, ...rest } = verdict;
    return { ...rest, outcome: "met", findings: [] };
  };

const remarksOf = ({ rule, resource, findings }: Verdict): Remark[] =>
  findings.map(({ where, found }) => ({ id: rule.id, text: `${resource}, ${where}: ${found} → ${rule.mend}` }));

const recorded =
  ({ id }: Rule) =>
  ({ statement, when, tool, subject }: Proof): Remark => ({
    id,
    text: [
      statement,
      ...(when === undefined ? [] : [`on ${day(when)}`]),
      ...(tool === undefined ? [] : [`by ${tool}`]),
      ...(subject === undefined ? [] : [`on ${subject}`]),
    ].join(", "),
  });

function proofsOf({ id, name }: Rule, verdicts: readonly Verdict[]): Remark[] {
  const met = verdicts.filter(({ outcome }) => outcome === "met").map(({ resource }) => resource);
  if (met.length === 0 || met.length < verdicts.length) return [];
  const names = [...new Set(met)];
  const where = names.length > 3 ? `${String(names.length)} parts of the stack` : names.join(", ");
  return [{ id, text: `${name} (checked on ${where})` }];
}
