/** The whole verdict on a stack, as far as its file and the program tell. */
import type { Facts } from "../../config/facts.ts";
import { ConfigurationError, type Mistake } from "../../config/mistake.ts";
import { rules } from "../../policies/catalogue.ts";
import { Evidence, evidenceFolder } from "../../policies/evidence/evidence.ts";
import type { Proof } from "../../policies/rule.ts";
import { Session } from "../../policies/session.ts";
import type { Level, Verdict } from "../../policies/verdict.ts";
import { rehearse } from "./rehearsal.ts";
import { readStackFile } from "./stack-file.ts";

export interface Finding {
  /** Id of a rule, or `configuration`. */
  id: string;
  /** What the rule says, in a few words. */
  name: string;
  severity: "critical" | "high" | "medium" | "low";
  level: Level;
  outcome: "violated" | "undecided" | "failed" | "waived" | "refused" | "met" | "not applicable";
  /** Name of the resource, or path of the setting. */
  resource: string;
  message: string;
}

export interface Judgement {
  stack: string;
  /** Rules that were met, counted for each resource. */
  met: number;
  findings: Finding[];
  /** What was met or does not apply, where that is told one by one: the message says what was seen. */
  others?: Finding[];
}

/** All that was found out about a stack, what is well too. */
export interface Examination {
  stack: string;
  /** What the stack says of itself; nothing where its settings are refused. */
  facts?: Facts;
  verdicts: Verdict[];
  /** By the id of a rule, what shows that it is met. */
  proofs: Record<string, readonly Proof[]>;
  /** Records of what was tried, with the ledgers that they stand in. */
  evidence: Evidence;
  /** Settings that are refused, so that no rule could be asked. */
  mistakes: Mistake[];
}

/**
 * @param folder of the project
 * @param ledgers folder of the evidence
 * @throws what readStackFile throws, but for refused settings
 */
export async function examine(folder: string, stack: string, ledgers = evidenceFolder()): Promise<Examination> {
  const evidence = await Evidence.read(ledgers);
  try {
    const { project, configuration } = readStackFile(folder, stack);
    const session = new Session(rules, new Date().toISOString().slice(0, 10), evidence);
    const verdicts = (await rehearse(project, stack, configuration)).flatMap(({ secrets, ...registered }) => {
      session.noteSecrets(registered.urn, Object.fromEntries(secrets.map((name) => [name, [registered.props[name]]])));
      return session.judge(registered);
    });
    verdicts.push(...session.judgeStack());
    const proofs = Object.fromEntries(rules.map((rule) => [rule.id, session.proofs(rule)]));
    return { stack, facts: session.facts, verdicts, proofs, evidence, mistakes: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { stack, verdicts: [], proofs: {}, evidence, mistakes: error.mistakes };
  }
}

/** @see examine */
export async function judge(folder: string, stack: string, ledgers?: string): Promise<Judgement> {
  const { verdicts, mistakes } = await examine(folder, stack, ledgers);
  if (mistakes.length > 0) return { stack, met: 0, findings: mistakes.map(refusal) };
  const findings = verdicts.flatMap(({ rule: { id, name, severity }, outcome, level, resource, message }): Finding[] =>
    outcome === "met" || level === "off" ? [] : [{ id, name, severity, level, outcome, resource, message }],
  );
  return { stack, met: verdicts.length - findings.length, findings: findings.sort(gravest) };
}

const refusal = ({ path, found, mend }: Mistake): Finding => ({
  id: "configuration",
  name: "the settings can be read and do not contradict one another",
  severity: "critical",
  level: "mandatory",
  outcome: "refused",
  resource: path,
  message: `${path}: ${found}\n    → ${mend}`,
});

const levels: Level[] = ["mandatory", "advisory", "off"];
const order = ["critical", "high", "medium", "low"];
/** By level, then by severity, then by id. */
export const gravest = (a: Finding, b: Finding): number =>
  levels.indexOf(a.level) - levels.indexOf(b.level) ||
  order.indexOf(a.severity) - order.indexOf(b.severity) ||
  (a.id < b.id ? -1 : Number(a.id > b.id));
