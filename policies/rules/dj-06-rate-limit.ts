import { everywhere, http } from "../nginx-text.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "DJ-06",
  name: "guessing passwords is slow",
  description: "Without a limit a machine tries thousands of passwords a minute.",
  severity: "high",
  reference: "OWASP Authentication Cheat Sheet: login throttling",
  checklist: "Security: rate limiting on",
  mend: "Set `site.rateLimit.enabled` to true or remove it.",
  decide: {
    site: ({ site, variables }) => [
      ...when(!site.rateLimit.enabled, "found false", "site.rateLimit.enabled"),
      ...when(variables["RATELIMIT_ENABLE"] !== "True", "is not True", "variables.RATELIMIT_ENABLE"),
    ],
    nginx: ({ text }) => when(everywhere(http(text), "limit_req").length === 0, "limits no request", "limit_req"),
  },
};
