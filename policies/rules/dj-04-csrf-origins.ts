import { origins } from "../origin.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "DJ-04",
  name: "forms are taken from the site's own https origins",
  description: "An origin that others can serve from may send forms in a visitor's name.",
  severity: "high",
  reference: "Django: CSRF_TRUSTED_ORIGINS",
  checklist: "Configuration: CSRF_TRUSTED_ORIGINS set, https",
  mend: "List https origins one by one in `site.csrfOrigins`, or remove it: the domains are used.",
  decide: {
    site: ({ variables }) => {
      const list = variables["CSRF_TRUSTED_ORIGINS"] ?? "";
      return [...when(list === "", "is empty", "site.csrfOrigins"), ...origins(list, "site.csrfOrigins")];
    },
  },
};
