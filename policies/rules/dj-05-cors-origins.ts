import { origins } from "../origin.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "DJ-05",
  name: "other sites may not read answers",
  description: "With a wildcard any page that a visitor opens reads the API in the visitor's name.",
  severity: "high",
  reference: "django-cors-headers: CORS_ALLOWED_ORIGINS; OWASP HTML5 Security Cheat Sheet",
  checklist: "Security: CORS strict (no wildcard, https, own domains)",
  mend: "List https origins of the site's own domains in `site.corsOrigins`, or remove it: the domains are used.",
  decide: {
    site: ({ variables, site }) => origins(variables["CORS_ALLOWED_ORIGINS"] ?? "", "site.corsOrigins", site.domains),
  },
};
