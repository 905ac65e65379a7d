/** What `pulumi policy analyze` says of a stack's state: the policies on what was really brought up. */
import { join } from "node:path";

import { z } from "zod";

import type { AuditSubject } from "../../config/audit-subject.ts";
import { policyCatalogue } from "../../config/policy-catalogue.ts";
import type { Described } from "../../policies/rule.ts";
import { UndecidedError } from "../../policies/unknown.ts";
import { judged } from "../../policies/verdict.ts";
import { ownProject } from "../../toolchain/project.ts";
import { attempt } from "../../toolchain/pulumi.ts";
import type { Finding } from "../check/judgement.ts";

const clone = join(import.meta.dirname, "..", "..");

/** Stands for the analysis as a whole; what it finds bears the ids of the policies. */
export const stateRule: Described = {
  id: "STATE",
  name: "the stack's state holds to the policies",
  description: "The state is what was brought up, whatever the settings say today.",
  severity: "high",
  reference: "docs/policies.md; pulumi policy analyze",
  mend: "See what it says: `npm run -s pulumi -- policy analyze --policy-pack policies -s STACK`.",
};

/** Of the engine's events (apitype.EngineEvent), what is read. */
const event = z.object({
  policyEvent: z
    .object({
      resourceUrn: z.string().optional(),
      message: z.string(),
      policyName: z.string(),
      enforcementLevel: z.string(),
      severity: z.enum(["critical", "high", "medium", "low"]).optional(),
    })
    .optional(),
  summaryEvent: z.object({ PolicyPacks: z.record(z.string(), z.string()).nullish() }).optional(),
});

export interface Analysed {
  status: number | null;
  stdout: string;
  stderr: string;
}

export function analyse(stack: string): Analysed {
  const words = ["policy", "analyze", "--policy-pack", join(clone, "policies"), "--stack", stack, "--json"];
  return attempt([...words, "--cwd", ownProject().folder, "--non-interactive"]);
}

/** @param run asked only where the tier judges anything by policies */
export function analysis({ tier, policies }: AuditSubject, run: () => Analysed, today: string): Finding[] {
  const { id, name, severity } = stateRule;
  const about = { id, name, severity, resource: "state" } as const;
  const named = Object.entries(policies.enforcement).some(
    ([rule, level]) => level !== "off" && rule in policyCatalogue,
  );
  if (tier === "dev" && !named)
    return [{ ...about, level: "off", outcome: "not applicable", message: "in dev the policies are off" }];
  let found: Finding[] = [];
  const verdict = judged(stateRule, { name: "state", urn: "" }, { tier, policies }, today, () => {
    found = violations(run());
    return [];
  });
  if (verdict && verdict.outcome !== "met") {
    const { level, outcome, message } = verdict;
    return [{ ...about, level, outcome, message }];
  }
  if (found.length > 0) return found;
  return [{ ...about, level: verdict?.level ?? "off", outcome: "met", message: `${name}: by pulumi policy analyze` }];
}

/** @throws UndecidedError where the engine did not come to its end with the pack */
function violations({ status, stdout, stderr }: Analysed): Finding[] {
  const events = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => event.parse(JSON.parse(line)));
  const found = events.flatMap(({ policyEvent }) => (policyEvent ? [policyEvent] : []));
  const ran = events.some(({ summaryEvent }) => summaryEvent?.PolicyPacks?.["socle"] !== undefined);
  if (!ran || (status !== 0 && !found.some(({ enforcementLevel }) => enforcementLevel === "mandatory")))
    throw new UndecidedError(
      { where: "pulumi policy analyze", found: stderr.trim().split("\n").at(-1) || `ended with exit status ${status}` },
      stateRule.mend,
    );
  return found.map(({ resourceUrn = "", message, policyName, enforcementLevel, severity = "high" }) => ({
    id: policyName,
    name: policyName,
    severity,
    level: enforcementLevel === "mandatory" ? "mandatory" : "advisory",
    outcome: message.includes("(waived until ") ? "waived" : "violated",
    resource: resourceUrn.split("::").at(-1) ?? "state",
    message: message.replaceAll(/<\{%[^%]*%\}>/g, "").trim(),
  }));
}
