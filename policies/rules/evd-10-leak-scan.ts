import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-10",
  name: "data that came from production was searched for people, and none was found",
  description: "What was masked by rules is anonymous only if nothing slipped through them.",
  severity: "critical",
  reference: "GDPR, recital 26; EDPB: anonymisation techniques",
  mend: "Run `socle refresh` once more, which searches the data and records it; where the stack has data of its own, take `data.refreshedFrom` out of its settings.",
  ...evidenced("EVD-10", ({ refresh }) =>
    // A stack whose data never came from another has nothing to be searched.
    refresh ? { of: "stack", parts: { "": "leak scan" } } : undefined,
  ),
};
