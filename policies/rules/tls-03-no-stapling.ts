import { everywhere, http } from "../nginx-text.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "TLS-03",
  name: "no OCSP stapling with Let's Encrypt",
  description: "Its responders are off since August 2025; Nginx would ask in vain at every start.",
  severity: "medium",
  reference: "Let's Encrypt: Ending OCSP Support in 2025",
  mend: "Remove `ssl_stapling` from host/nginx/nginx.conf.",
  decide: {
    nginx: ({ text }, { facts: { site } }) => {
      if (!site.tls.directory.includes("letsencrypt.org")) return undefined;
      return when(
        everywhere(http(text), "ssl_stapling").some(({ words }) => words[0] === "on"),
        "found on",
        "ssl_stapling",
      );
    },
  },
};
