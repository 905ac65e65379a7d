/** The verdicts of all probes, and of the policies on the stack's state, as one judgement. */
import { type Strictness, judged } from "../../policies/verdict.ts";
import { type Finding, gravest, type Judgement } from "../check/judgement.ts";
import type { Gathered, Probe } from "./probe.ts";

/** @param today as 2027-01-31; waivers end by it */
export function verdictOf(probe: Probe, gathered: Gathered, today: string): Finding {
  const { id, name, severity, resource } = probe;
  let word = "";
  const strictness: Strictness = gathered.stack;
  const verdict = judged(probe, { name: resource, urn: "" }, strictness, today, () => {
    const outcome = probe.decide(gathered);
    if ("notApplicable" in outcome) {
      word = outcome.notApplicable;
      return undefined;
    }
    word = outcome.seen;
    return outcome.findings;
  });
  if (!verdict) return { id, name, severity, level: "off", outcome: "not applicable", resource, message: word };
  const { outcome, level, message } = verdict;
  return { id, name, severity, level, outcome, resource, message: outcome === "met" ? `${name}: ${word}` : message };
}

export function judgement(stack: string, found: readonly Finding[]): Judgement {
  const good = ({ outcome }: Finding): boolean => outcome === "met" || outcome === "not applicable";
  return {
    stack,
    met: found.filter(({ outcome }) => outcome === "met").length,
    findings: found.filter((finding) => !good(finding)).sort(gravest),
    others: found.filter(good),
  };
}

/** Whether anything could be decided at all. */
export const decided = (found: readonly Finding[]): boolean =>
  found.some(({ outcome }) => outcome !== "undecided" && outcome !== "not applicable");
