/** What both pages say, in words for people who run a school rather than a server. */
import type { EvidenceRecord } from "../../policies/evidence/record.ts";
import type { ChecklistReport, LineReport, RuleReport, State } from "./checklist-report.ts";

export const stateWords: Record<State, { word: string; sign: string; meaning: string }> = {
  met: { word: "Met", sign: "✓", meaning: "Checked, and found as it must be." },
  violated: { word: "Not met", sign: "✗", meaning: "Checked, and found wrong; what to do stands beside it." },
  "no evidence": { word: "No evidence", sign: "?", meaning: "Nothing shows that it was tried." },
  undecided: { word: "Undecided", sign: "…", meaning: "It cannot be told before the site is brought up." },
  waived: { word: "Waived", sign: "○", meaning: "Not met; somebody answers for that until a day." },
  "not checked": { word: "Not checked", sign: "–", meaning: "No rule was asked." },
};

export const states = Object.keys(stateWords) as State[];

/** How many lines are in each state, those that none is in left out. */
export function counts(lines: readonly LineReport[]): { state: State; count: number }[] {
  return states
    .map((state) => ({ state, count: lines.filter((line) => line.state === state).length }))
    .filter(({ count }) => count > 0);
}

export function verdict({ mayGoOut, stack, mistakes }: ChecklistReport): string {
  if (mayGoOut) return `The ${stack} site may go out.`;
  return mistakes.length > 0
    ? `The ${stack} site must not go out: its settings are refused.`
    : `The ${stack} site must not go out yet.`;
}

/** The verdict in a few sentences. */
export function explanation({ lines, blocking, mayGoOut, tier }: ChecklistReport): string[] {
  const all = lines.length;
  const number = (state: State): number => lines.filter((line) => line.state === state).length;
  return [
    `${String(number("met"))} of the ${String(all)} lines of the checklist are met.`,
    ...sentences.flatMap(([state, words]) => (number(state) > 0 ? [`${lineCount(number(state))} ${words}.`] : [])),
    ...(mayGoOut
      ? []
      : [`${blocking === 1 ? "One thing" : `${String(blocking)} things`} must be mended before it goes out.`]),
    ...(tier === "production" || tier === "unknown"
      ? []
      : [`This is a ${tier} site, for which the checklist is advice.`]),
  ];
}

const sentences: [State, string][] = [
  ["violated", "not met"],
  ["no evidence", "without evidence: nothing shows that it was tried"],
  ["undecided", "undecided until the site is brought up"],
  ["waived", "waived for now; who answers for it, and until when, stands beside it"],
  ["not checked", "not checked"],
];

const lineCount = (count: number): string => (count === 1 ? "One line is" : `${String(count)} lines are`);

export function version({ commit: { hash, changed } }: ChecklistReport): string {
  if (hash === undefined) return "unknown: the project is in no Git repository";
  return `commit ${hash.slice(0, 12)}${changed ? ", with changes that are not committed" : ""}`;
}

/** The parts of the checklist, in order. */
export const parts = (lines: readonly LineReport[]): [string, LineReport[]][] =>
  [...new Set(lines.map(({ part }) => part))].map((part) => [part, lines.filter((line) => line.part === part)]);

/** What a rule looked at: names, and of what is not well what was found. */
export function judged({ verdicts, level }: RuleReport): string {
  if (verdicts.length === 0) return level === "off" ? "switched off for this stack" : "nothing to judge";
  const wrong = verdicts.filter(({ outcome }) => outcome !== "met");
  const well = verdicts.length - wrong.length;
  return [
    ...(well > 0 ? [`${String(well)} met`] : []),
    ...wrong.map(
      ({ resource, outcome, findings }) =>
        `${resource}: ${outcome} (${findings.map(({ where, found }) => `${where}: ${found}`).join("; ")})`,
    ),
  ].join("; ");
}

/** What a record says beside its result. */
export const details = ({ details: said }: EvidenceRecord): string =>
  Object.entries(said)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
