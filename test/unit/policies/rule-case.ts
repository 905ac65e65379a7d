// One rule and one kind of thing: the program's own is good; a change makes it bad, another unknown.
import assert from "node:assert/strict";

import type { Facts } from "../../../config/facts.ts";
import { linesOf } from "../../../policies/checklist.ts";
import { Evidence } from "../../../policies/evidence/evidence.ts";
import type { EvidenceRecord } from "../../../policies/evidence/record.ts";
import type { Kind, Resource } from "../../../policies/resource.ts";
import type { Rule } from "../../../policies/rule.ts";
import { unknownStringValue } from "../../../policies/sdk.ts";
import { type Verdict, verdictOn, verdictOnStack } from "../../../policies/verdict.ts";
import { digest } from "../components/stack.ts";
import { changed } from "../config/stack.ts";
import { everyTrial, evidenceOf, recorded } from "../../lab/evidence.ts";
import { checked, type Deployment, shown, subject } from "./program.ts";
import { subjects } from "../../../policies/resource.ts";

export const today = "2026-11-21";

export interface RuleCase {
  /** Id of the rule. */
  rule: string;
  kind: Kind;
  /** Resource of the program that the rule is tried on; a container by its service. */
  of: string;
  /** What the program does not have yet, without which nothing is good. */
  base?: Record<string, unknown>;
  /** Inputs that break the rule, by path: `mounts.0.type`; what is undefined is taken out. */
  bad: Record<string, unknown> | ((inputs: never) => Record<string, unknown>);
  /** Options and secrets that are bad. */
  about?: Partial<Pick<Resource, "options" | "secrets">>;
  /** Where and what the message says. */
  found: [where: string, found: string][];
  /** Inputs that are unusual and good all the same. */
  good?: Record<string, unknown>[];
  /** Resource of the same kind that the rule has nothing to say about. */
  silent?: string | Record<string, unknown>;
  /** What the stack says of itself when the rule has nothing to say. */
  silentFacts?: Record<string, unknown>;
  /** Path of an input without which it cannot be decided; undefined where the kind has no unknown values. */
  unknown?: string;
  /** An unknown input is no literal, which is all that matters. */
  unknownIsMet?: boolean;
  /** What the stack says of itself. */
  facts?: Record<string, unknown>;
  /** The evidence that breaks the rule, made of the good. */
  evidence?: (records: EvidenceRecord[]) => EvidenceRecord[] | Evidence;
  /** Evidence that is unusual and good all the same. */
  goodEvidence?: ((records: EvidenceRecord[]) => EvidenceRecord[])[];
}

/** Over all resources. */
export interface StackCase {
  rule: string;
  kind: "stack";
  /** The resources that break the rule, made of the good ones. */
  bad: (resources: Resource[]) => Resource[];
  found: [where: string, found: string][];
  facts?: Record<string, unknown>;
  /** What the stack says of itself when the rule has nothing to say. */
  silent?: Record<string, unknown>;
  /** Where something is not known. */
  unknown?: (resources: Resource[]) => Resource[];
}

export type Case = RuleCase | StackCase;

export const siteFacts = (deployment: Deployment, changes: Record<string, unknown> = {}): Facts =>
  changed(
    deployment.resource("socle:Site site").inputs["settings"] as Record<string, unknown>,
    changes,
  ) as unknown as Facts;

/** All that the program can have of it. */
export function wholeEvidence(deployment: Deployment): Evidence {
  const { name, proxy } = siteFacts(deployment);
  return evidenceOf(recorded(everyTrial({ subject: digest("a"), stack: name, proxy }, today)), today);
}

function evidenceOfCase(each: Case, state: string, deployment: Deployment): Evidence {
  const whole = wholeEvidence(deployment);
  if (state !== "bad" || !("evidence" in each) || !each.evidence) return whole;
  const made = each.evidence(structuredClone(whole.find({})));
  return made instanceof Evidence ? made : evidenceOf(made, today);
}

/** The verdict on a case, with changes to what the program has. */
export function verdictOf(
  rule: Rule,
  each: Case,
  deployment: Deployment,
  state: "good" | "bad" | "silent" | "unknown",
  {
    waived = false,
    further = {},
    shown: given = evidenceOfCase(each, state, deployment),
  }: { waived?: boolean; further?: Record<string, unknown>; shown?: Evidence } = {},
): Verdict | undefined {
  const name = each.kind === "stack" ? "site" : nameOf(each, deployment);
  const waivers = waived ? [{ rule: rule.id, resource: name, reason: "until spring", by: "Ada", expires: today }] : [];
  const own = state === "good" ? {} : (each.facts ?? {});
  const quiet = state === "silent" && "silentFacts" in each ? each.silentFacts : {};
  const facts = siteFacts(deployment, { ...own, ...quiet, "policies.waivers": waivers });
  if (each.kind === "stack") {
    const all = deployment.resources.map(shown).flatMap(subjects);
    const list = state === "bad" ? each.bad(all) : state === "unknown" ? (each.unknown?.(all) ?? all) : all;
    const stated = state === "silent" ? siteFacts(deployment, each.silent) : facts;
    return verdictOnStack(rule, list.map(checked), subject(deployment, "site", "site"), stated, today, given);
  }
  const silent = state === "silent" && typeof each.silent === "string" ? each.silent : each.of;
  const resource = subject(deployment, each.kind, silent);
  const changes = {
    ...each.base,
    ...(state === "bad" ? changesOf(each, resource) : {}),
    ...(state === "unknown" ? { [each.unknown ?? ""]: unknownStringValue } : {}),
    ...(state === "silent" && typeof each.silent === "object" ? each.silent : {}),
    ...further,
  };
  const inputs = changed(resource.inputs as unknown as Record<string, unknown>, changes);
  const about = state === "bad" ? each.about : {};
  return verdictOn(rule, checked({ ...resource, ...about, inputs }), facts, today, given);
}

const nameOf = (each: RuleCase, deployment: Deployment): string => subject(deployment, each.kind, each.of).name;

const changesOf = ({ bad }: RuleCase, { inputs }: Resource): Record<string, unknown> =>
  typeof bad === "function" ? bad(inputs as never) : bad;

/** The message, whole: what holds, where and what was found, what to do, by whose word. */
export function messageOf(rule: Rule, found: [string, string][]): string {
  const lines = found.map(([where, what]) => `\n  ${where}: ${what}`).join("");
  const { name, mend, reference } = rule;
  const served = linesOf(rule);
  const source = served.length === 0 ? reference : `${reference}; checklist: ${served.join(", ")}`;
  return `${(name[0] ?? "").toUpperCase()}${name.slice(1)}.${lines}\n    → ${mend}\n    ${source}`;
}

export function assertBad(rule: Rule, each: Case, deployment: Deployment): void {
  assert.ok(each.found.length > 0, "a bad case finds something");
  const verdict = verdictOf(rule, each, deployment, "bad");
  assert.deepEqual([verdict?.outcome, verdict?.message], ["violated", messageOf(rule, each.found)]);
}
