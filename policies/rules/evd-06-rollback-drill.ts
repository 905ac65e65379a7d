import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-06",
  name: "the way back to the release before was tried",
  description: "A rollback is needed in a hurry; one that was never tried is an experiment on visitors.",
  severity: "high",
  reference: "Google SRE Book, chapter 8: release engineering",
  checklist: "Tests: rollback tested",
  mend: "Run `npm run -s socle -- drill rollback --stack staging --for NAME` every month, which records it; or on the stack itself: no request is dropped.",
  ...evidenced("EVD-06", () => ({ of: "stack", oldest: 30 * 24, parts: { "": "rollback drill" } })),
};
