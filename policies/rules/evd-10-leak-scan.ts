import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-10",
  name: "data that came from production was searched for people, and none was found",
  description: "What was masked by rules is anonymous only if nothing slipped through them.",
  severity: "critical",
  reference: "GDPR, recital 26; EDPB: anonymisation techniques",
  mend: "Refresh the stack anew, so that its data is searched and that is recorded; until then take the refresh out of the stack's settings (`data`).",
  ...evidenced("EVD-10", ({ refresh }) =>
    // A stack whose data never came from another has nothing to be searched.
    refresh ? { of: "stack", parts: { "": "leak scan" } } : undefined,
  ),
};
