import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-08",
  name: "source, packages and secrets of this very image were scanned within a week",
  description: "Vulnerabilities become known after the release; so a scan counts for a week, whatever it found.",
  severity: "high",
  reference: "NIST SSDF (SP 800-218) PW.7, RV.1; CIS Docker Benchmark 4.4",
  mend: "Scan what the image of `application.image` was built from, then `npm run evidence -- import bandit REPORT.json --image NAME@sha256:…`, and the same with `pip-audit` (or `safety`) and `gitleaks`.",
  ...evidenced("EVD-08", () => ({
    of: "image",
    oldest: 7 * 24,
    parts: { source: "scan of the source", dependencies: "scan of the packages", secrets: "scan for secrets" },
  })),
};
