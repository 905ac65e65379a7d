import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-11",
  name: "renewal of the certificate and delivery of alerts were tried",
  description: "Both are silent until the day they fail: the certificate expires, or nobody hears of an outage.",
  severity: "high",
  reference: "Let's Encrypt: Integration guide; Google SRE Book, chapter 6",
  mend: "Run `npm run -s socle -- drill renewal --stack NAME` every month, which records it; how the delivery of alerts is tried, say in `policies.waivers`.",
  ...evidenced("EVD-11", ({ site, monitoring }) => {
    const parts = {
      ...(site.tls.mode === "acme" ? { renewal: "renewal of the certificate" } : {}),
      // That somebody is told at all is MON-01's to ask for.
      ...(monitoring?.receiver ? { alert: "delivery of an alert" } : {}),
    };
    return Object.keys(parts).length > 0 ? { of: "stack", oldest: 30 * 24, parts } : undefined;
  }),
};
