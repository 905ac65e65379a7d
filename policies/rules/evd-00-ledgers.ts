import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-00",
  name: "the ledgers of evidence are as they were written",
  description: "Evidence that somebody edited proves nothing; no record of a broken ledger counts.",
  severity: "critical",
  reference: "docs/evidence.md; NIST SP 800-92: protecting log integrity",
  mend: "Take the ledger back as it was committed (`git checkout -- evidence`), and let the tools record anew what is missing; nobody writes it by hand.",
  decide: {
    // Undecided while it is not known which keys count, as for all evidence.
    site: ({ evidence: _keys }, { evidence: { flaws } }) => flaws,
  },
};
