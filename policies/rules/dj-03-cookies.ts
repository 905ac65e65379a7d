import { type Rule, when } from "../rule.ts";

const flags = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"];

export const rule: Rule = {
  id: "DJ-03",
  name: "cookies travel over TLS only",
  description: "A session's cookie that is sent in clear hands the session to anyone on the way.",
  severity: "high",
  reference: "Django security.W008, W010 to W012 and W016",
  checklist: "Security: TLS on",
  mend: "Leave the variable to Socle, which sets it to True; `site.tls.mode` is acme.",
  decide: {
    site: ({ variables }) =>
      flags.flatMap((name) => when(variables[name] !== "True", "is not True", `variables.${name}`)),
  },
};
