/** What is known of each line of the pre-production checklist, and of each rule: what the pages show. */
import { checklist, type ChecklistLine, linesOf, servedBySettings } from "../../policies/checklist.ts";
import type { Mistake } from "../../config/mistake.ts";
import type { Rule } from "../../policies/rule.ts";
import { type Level, levelOf, type Verdict } from "../../policies/verdict.ts";
import type { Examination } from "../check/judgement.ts";
import type { Commit } from "./commit.ts";

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
    lines: checklist.map((line) => lineReport(line, told, mistakes)),
    rules: told,
    mistakes,
  };
}

const blocks = ({ outcome, level }: Verdict): boolean => outcome !== "met" && level === "mandatory";

const states: Record<Verdict["outcome"], State> = {
  met: "met",
  violated: "violated",
  failed: "violated",
  undecided: "undecided",
  waived: "waived",
};
const stateOf = ({ outcome }: Verdict): State => states[outcome];

function lineReport(
  { line, plain, settings = [] }: (typeof checklist)[number],
  told: readonly RuleReport[],
  mistakes: readonly Mistake[],
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
    proofs: concerning.flatMap(({ rule, verdicts }) => proofsOf(rule, verdicts)),
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

function proofsOf({ id, name }: Rule, verdicts: readonly Verdict[]): Remark[] {
  const met = verdicts.filter(({ outcome }) => outcome === "met").map(({ resource }) => resource);
  if (met.length === 0 || met.length < verdicts.length) return [];
  const names = [...new Set(met)];
  const where = names.length > 3 ? `${String(names.length)} parts of the stack` : names.join(", ");
  return [{ id, text: `${name} (checked on ${where})` }];
}
