import { UndecidedError } from "../../../policies/unknown.ts";
import type { Finding } from "../../../policies/rule.ts";
import { securityHeaders } from "../../../policies/security-headers.ts";
import type { Answer } from "../outside/answers.ts";
import type { Probe } from "../probe.ts";

const mend =
  "Run `pulumi up`, which writes Nginx's configuration anew (host/nginx/nginx.conf); see that nothing stands before Nginx that takes headers away, and that its ports are those of `site.ports`.";

export const probe: Probe = {
  id: "LIV-03",
  name: "plain HTTP leads to HTTPS, and every kind of answer carries the security headers",
  description:
    "Pages, errors of visitors (404) and errors of the server (5xx) are asked for: the headers of errors are those that get lost. The 5xx is one that Nginx gives a request that it cannot read, so that the application is left alone.",
  severity: "high",
  reference: "OWASP Secure Headers Project; RFC 6797",
  checklist: "Security: CSP, HSTS, X-Frame-Options",
  mend,
  resource: "site",
  decide: ({ answers }) => {
    if ("missing" in answers)
      throw new UndecidedError(
        { where: "answers", found: answers.missing },
        "See that this machine reaches the site's ports.",
      );
    const astray = answers.redirects
      .filter(({ status, location, wanted }) => ![301, 308].includes(status) || location !== wanted)
      .map(({ domain, status, location, wanted }) => ({
        where: `http://${domain}`,
        found: `answers ${status}${location && ` to ${location}`} instead of a redirect to ${wanted}`,
      }));
    const findings = [...astray, ...answers.answers.flatMap(lacking)];
    const kinds = answers.answers.map(({ status }) => status).join(", ");
    // Another answer than was meant to come says nothing of the headers on the one that was.
    const other = answers.answers.find(
      ({ wanted, status }) => !new RegExp(`^${wanted.replace("xx", "..")}$`).test(String(status)),
    );
    if (findings.length === 0 && other)
      throw new UndecidedError(
        { where: other.what, found: `was answered with ${other.status}, not with ${other.wanted}` },
        "See `npm run -s socle -- status`, and that nothing stands before Nginx.",
      );
    return { findings, seen: `redirects to HTTPS; every header on ${kinds}` };
  },
};

function lacking({ what, status, headers }: Answer): Finding[] {
  const where = `${what} (${status})`;
  return Object.entries(securityHeaders).flatMap(([name, good]) => {
    const value = headers[name.toLowerCase()];
    if (value === undefined) return [{ where, found: `has no ${name}` }];
    return good([value]) ? [] : [{ where, found: `${name} is weaker than asked for: ${value}` }];
  });
}
