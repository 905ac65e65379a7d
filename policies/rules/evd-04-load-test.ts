import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-04",
  name: "this very image stood a load test on staging",
  description: "A query that is fast for one visitor can be slow for a hundred.",
  severity: "high",
  reference: "Google SRE Book, chapter 17: testing for reliability",
  checklist: "Tests: load test",
  mend: "Bring the image that `application.image` names up on staging, load it with k6 or Locust, then `npm run evidence -- import k6 SUMMARY.json --stack staging --image NAME@sha256:…` (or `import locust STATS.csv`).",
  ...evidenced("EVD-04", () => ({ of: "image", parts: { "": "load test" } })),
};
