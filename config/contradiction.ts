/** What no single setting gets wrong: settings that contradict one another or the stack's tier. */
import { applicationRules } from "./application-rules.ts";
import { backupRules } from "./backup-rules.ts";
import { dataRules } from "./data-rules.ts";
import type { Mistake } from "./mistake.ts";
import { policyRules } from "./policy-rules.ts";
import { registryRules } from "./registry-rules.ts";
import type { Rule } from "./rule.ts";
import type { Settings } from "./schema.ts";
import { siteRules } from "./site-rules.ts";

export { managedVariables } from "./managed-variable.ts";

export const rules: readonly Rule[] = [
  ...siteRules,
  ...applicationRules,
  ...registryRules,
  ...backupRules,
  ...dataRules,
  ...policyRules,
];

/** The contradictions in the sections that could be read. */
export function contradictions(
  settings: Partial<Settings>,
  secrets: readonly string[],
  credentials: readonly string[],
): Mistake[] {
  return rules.flatMap(({ code, broken }) =>
    broken(settings, secrets, credentials).map((breach): Mistake => ({ code, ...breach })),
  );
}
