import { type Directive, everywhere, http } from "../nginx-text.ts";
import { type Rule, when } from "../rule.ts";
import { securityHeaders } from "../security-headers.ts";

export const rule: Rule = {
  id: "NGX-01",
  name: "every answer carries the security headers",
  description: "They tell browsers to stay on TLS, to run no foreign script and to show the site in no frame.",
  severity: "high",
  reference: "OWASP Secure Headers Project; Mozilla: HSTS of two years",
  checklist: "Security: CSP, HSTS, X-Frame-Options",
  mend: "In host/nginx/nginx.conf, set each by `add_header NAME value always;` in `http`, and none in a server or location, which would drop them all; the policy itself is `site.contentSecurityPolicy`.",
  decide: {
    nginx: ({ text }) => {
      const block = http(text);
      const added = new Map(
        block.filter(({ name }) => name === "add_header").map(({ words }) => [words[0] ?? "", words] as const),
      );
      const deeper = everywhere(block, "add_header").filter(({ within }) => within.length > 0);
      return [
        ...Object.entries(securityHeaders).flatMap(([name, good]) => {
          const words = added.get(name);
          if (!words) return when(true, "is not set", name);
          if (!words.includes("always")) return when(true, "is left out of errors: `always` is missing", name);
          return when(!good(meanings(block, words[1] ?? "")), "is weaker than asked for", name);
        }),
        ...deeper.map(({ within, words }) => ({
          found: `${words[0] ?? ""} in a ${within.at(-1) ?? ""} drops all others there`,
          where: "add_header",
        })),
      ];
    },
  },
};

/** The values that a word stands for: itself, or what the map of that variable may give, but for nothing and others' own. */
function meanings(block: readonly Directive[], word: string): string[] {
  if (!word.startsWith("$")) return [word];
  const map = block.find(({ name, words }) => name === "map" && words[1] === word);
  const values = (map?.body ?? []).map(({ words }) => words[0] ?? "");
  return values
    .filter((value) => value !== "" && !value.startsWith("$upstream_http_"))
    .flatMap((value) => (value.startsWith("$") && value !== word ? meanings(block, value) : [value]));
}
