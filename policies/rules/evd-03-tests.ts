import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-03",
  name: "this very image passed its backend and E2E tests",
  description: "Tests of another build say nothing about what is going to run.",
  severity: "high",
  reference: "NIST SSDF (SP 800-218) PW.8: test executable code",
  checklist: ["Tests: backend tests", "Tests: E2E tests"],
  mend: "Run the tests in the image that `application.image` names, then `npm run evidence -- import junit REPORT.xml --suite backend --image NAME@sha256:…`, and the same with `--suite e2e`.",
  ...evidenced("EVD-03", () => ({ of: "image", parts: { backend: "backend tests", e2e: "E2E tests" } })),
};
