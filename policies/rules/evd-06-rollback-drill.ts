import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-06",
  name: "the way back to the release before was tried",
  description: "A rollback is needed in a hurry; one that was never tried is an experiment on visitors.",
  severity: "high",
  reference: "Google SRE Book, chapter 8: release engineering",
  checklist: "Tests: rollback tested",
  mend: "Roll back for trial and let the tool record it (docs/evidence.md); where none records yet, say in `policies.waivers` how the way back is tried.",
  ...evidenced("EVD-06", () => ({ of: "stack", oldest: 30 * 24, parts: { "": "rollback drill" } })),
};
