/** What comes of a rule and a resource: the decision, and what it means for this stack. */
import { basename } from "node:path";

import type { Facts } from "../config/facts.ts";
import { linesOf } from "./checklist.ts";
import { Evidence } from "./evidence/evidence.ts";
import type { Resource } from "./resource.ts";
import type { Context, Decision, Described, Finding, Rule } from "./rule.ts";
import { UndecidedError, unknownPath } from "./unknown.ts";

export type Level = "mandatory" | "advisory" | "off";

/** What a stack says of how strictly it is judged. */
export type Strictness = Pick<Facts, "tier" | "policies">;

export interface Verdict<R extends Described = Rule> {
  rule: R;
  /** Name and URN of the resource; for a rule over all of them, the site's. */
  resource: string;
  urn: string;
  outcome: "met" | "violated" | "undecided" | "failed" | "waived";
  level: Level;
  /** What was found, where, and what to do; empty where the rule is met. */
  message: string;
  /** The same in parts. */
  findings: readonly Finding[];
  /** What the stack says of it, where it is waived. */
  waiver?: Facts["policies"]["waivers"][number];
}

/** What the pre-production checklist asks for is as grave as what is critical or high. Before the stack has said what it is for, it is taken for production. */
export function levelOf(rule: Described, facts: Strictness | undefined): Level {
  const { id, severity } = rule;
  const tier = facts?.tier ?? "production";
  const grave = severity === "critical" || severity === "high" || linesOf(rule).length > 0;
  const own = facts?.policies.enforcement[id];
  if (tier === "production") return severity === "critical" ? "mandatory" : (own ?? (grave ? "mandatory" : "advisory"));
  return own ?? (tier === "staging" ? "advisory" : "off");
}

/** The verdict of one rule about one resource; undefined where the rule has nothing to say about it. */
export function verdictOn(
  rule: Rule,
  resource: Resource,
  facts: Facts,
  today: string,
  evidence = Evidence.none,
): Verdict | undefined {
  const decide = rule.decide[resource.kind] as ((inputs: unknown, context: Context) => Decision) | undefined;
  if (!decide) return undefined;
  const { inputs, ...about } = resource;
  return judged(rule, resource, facts, today, () => decide(inputs, { resource: about, facts, today, evidence }));
}

/** The verdict of one rule about all resources together. */
export function verdictOnStack(
  rule: Rule,
  resources: readonly Resource[],
  site: Pick<Resource, "name" | "urn">,
  facts: Facts,
  today: string,
  evidence = Evidence.none,
): Verdict | undefined {
  const { stack } = rule.decide;
  return stack && judged(rule, site, facts, today, () => stack(resources, { facts, today, evidence }));
}

/** What a decision comes to: by the stack's tier and waivers, and where it cannot be made or fails. */
export function judged<R extends Described>(
  rule: R,
  { name, urn }: Pick<Resource, "name" | "urn">,
  facts: Strictness,
  today: string,
  decide: () => Decision,
): Verdict<R> | undefined {
  const level = levelOf(rule, facts);
  const given = (outcome: Verdict["outcome"], findings: readonly Finding[], mend: string): Verdict<R> => {
    const found = { rule, resource: name, urn, findings };
    const message = outcome === "met" ? "" : messageOf(rule, findings, mend);
    const waiver = facts.policies.waivers.find(
      (each) => each.rule === rule.id && each.resource === name && each.expires >= today && rule.id !== "WVR-01",
    );
    if (outcome === "met" || !waiver) return { ...found, outcome, level, message };
    const word = `waived until ${waiver.expires} by ${waiver.by}: ${waiver.reason}`;
    const softened = level === "off" ? "off" : "advisory";
    return { ...found, outcome: "waived", level: softened, message: `${message}\n    (${word})`, waiver };
  };
  try {
    const findings = decide();
    if (findings === undefined) return undefined;
    return given(findings.length === 0 ? "met" : "violated", findings, rule.mend);
  } catch (error) {
    if (error instanceof UndecidedError) return given("undecided", [error.finding], error.mend);
    const path = unknownPath(error);
    if (path !== undefined) {
      const found = "is not known before `pulumi up`, so that the rule cannot be decided";
      const mend = `Let it come from a setting, or waive ${rule.id} for ${name} (policies.waivers).`;
      return given("undecided", [{ where: path, found }], mend);
    }
    // The error's own message may hold a value that it stumbled over.
    const found = `the rule itself failed with a ${error instanceof Error ? error.name : typeof error}`;
    const mend = `That counts as broken, never as kept. Mend the rule, or waive ${rule.id} for ${name} (policies.waivers).`;
    return given("failed", [{ where: placeOf(error), found }], mend);
  }
}

function messageOf(rule: Described, findings: readonly Finding[], mend: string): string {
  const { name, reference } = rule;
  const lines = linesOf(rule);
  return [
    `${name.charAt(0).toUpperCase()}${name.slice(1)}.`,
    ...findings.map(({ where, found }) => `  ${where}: ${found}`),
    `    → ${mend}`,
    `    ${reference}${lines.length > 0 ? `; checklist: ${lines.join(", ")}` : ""}`,
  ].join("\n");
}

/** File and line of the rule where an error was thrown. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const [, file, line] = /\/(?:policies|operations)\/((?:[\w-]+\/)*[\w.-]+\.ts):(\d+)/.exec(stack) ?? [];
  return file === undefined ? "policies" : `${basename(file)}:${line ?? ""}`;
}
