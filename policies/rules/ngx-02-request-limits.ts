import { everywhere, http, wordsOf } from "../nginx-text.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "NGX-02",
  name: "requests to sign-in and administration are limited",
  description: "Guessing is stopped before it costs the application anything, with an answer that says so.",
  severity: "medium",
  reference: "nginx.org: ngx_http_limit_req_module; RFC 6585: 429",
  checklist: "Security: rate limiting on",
  mend: "Name the sign-in paths in `site.rateLimit.paths`, among them that of the administration.",
  decide: {
    nginx: ({ text }, { facts: { site } }) => {
      const block = http(text);
      const limited = everywhere(block, "location")
        .filter(({ body = [] }) => body.some(({ name }) => name === "limit_req"))
        .map(({ words }) => words.at(-1) ?? "");
      return [
        ...site.rateLimit.paths.flatMap((path) => when(!limited.includes(path), `${path} is not limited`, "location")),
        ...when(
          !limited.some((path) => path.startsWith("/admin/")),
          "no path of the administration is limited",
          "location",
        ),
        ...when(wordsOf(block, "limit_req_status")?.[0] !== "429", "is not 429", "limit_req_status"),
      ];
    },
  },
};
