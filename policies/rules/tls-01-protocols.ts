import { everywhere, http, wordsOf } from "../nginx-text.ts";
import { type Rule, when } from "../rule.ts";

const protocols = ["TLSv1.2", "TLSv1.3"];

export const rule: Rule = {
  id: "TLS-01",
  name: "the site is served over TLS 1.2 and 1.3 only",
  description: "Older versions are broken; without TLS sessions and passwords are read on the way.",
  severity: "critical",
  reference: "Mozilla Server Side TLS 6.0, intermediate",
  checklist: "Security: TLS on",
  mend: "Set `site.tls.mode` to acme; in host/nginx/nginx.conf, `ssl_protocols TLSv1.2 TLSv1.3;` once.",
  decide: {
    site: ({ site }) => when(site.tls.mode === "off", "found off", "site.tls.mode"),
    nginx: ({ text }) => {
      const block = http(text);
      const found = wordsOf(block, "ssl_protocols") ?? [];
      const below = everywhere(block, "ssl_protocols").filter(({ within }) => within.length > 0);
      const served = everywhere(block, "listen").some(({ words }) => words.includes("ssl"));
      return [
        ...when(!served, "no server listens with ssl", "listen"),
        ...when(
          [...found].sort().join(" ") !== protocols.join(" "),
          `found ${found.join(" ") || "none"}`,
          "ssl_protocols",
        ),
        ...when(below.length > 0, "is set again in a server", "ssl_protocols"),
      ];
    },
  },
};
