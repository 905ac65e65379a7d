/** Rules of what visitors see: domains, certificate, origins, ports, paths. */
import { type Rule, when } from "./rule.ts";

const localName = /^(localhost|.*\.(localhost|local|test|internal|example))$/;
const address = /^\d{1,3}(\.\d{1,3}){3}$/;
/** Paths that Nginx answers in a way of their own. */
const reserved = ["/", "/static/", "/media/", "/ws/"];

/** Positions of entries that stand in a list already. */
const repeated = (list: readonly string[]): number[] =>
  [...list.keys()].filter((at) => list.indexOf(list[at] ?? "") < at);

export const siteRules: readonly Rule[] = [
  {
    code: "config.site-without-tls",
    holds: "The site is served over TLS: `site.tls.mode` is not `off`.",
    broken: ({ tier, site }) =>
      when(site?.tls.mode === "off", {
        path: "site.tls.mode",
        found: `found off for ${site?.domains.join(", ") ?? ""}: a domain without TLS hands sessions and passwords to anyone on the way`,
        mend: tier === "dev" ? "Set it to selfSigned." : "Set it to acme.",
      }),
  },
  {
    code: "config.untrusted-certificate",
    holds: "`production` has a certificate that browsers trust: `site.tls.mode` is `acme`.",
    broken: ({ tier, site }) =>
      when(tier === "production" && site?.tls.mode === "selfSigned", {
        path: "site.tls.mode",
        found: "found selfSigned in production: every visitor's browser would warn",
        mend: "Set it to acme.",
      }),
  },
  {
    code: "config.no-public-domain",
    holds: "With Let's Encrypt every domain is a public one.",
    broken: ({ site }) =>
      site?.tls.mode === "acme" && site.tls.directory.includes("letsencrypt.org")
        ? site.domains.flatMap((name, index) =>
            when(!name.includes(".") || localName.test(name) || address.test(name), {
              path: `site.domains.${String(index)}`,
              found: `found "${name}", for which Let's Encrypt issues no certificate`,
              mend: "Name a public domain that points to the server, or set site.tls.mode to selfSigned.",
            }),
          )
        : [],
  },
  {
    code: "config.wildcard-host",
    holds: "Outside `dev`, `site.allowedHosts` has no wildcard.",
    broken: ({ tier, site }) =>
      (tier === undefined || tier === "dev" ? [] : (site?.allowedHosts ?? [])).flatMap((name, index) =>
        when(name.includes("*") || name.startsWith("."), {
          path: `site.allowedHosts.${String(index)}`,
          found: `found "${name}": a wildcard lets forged Host headers through (Django security.W020)`,
          mend: "List the names one by one, or remove site.allowedHosts: the domains are used.",
        }),
      ),
  },
  {
    code: "config.untrusted-origin",
    holds: "Outside `dev`, `site.csrfOrigins` and `site.corsOrigins` are named `https` origins.",
    broken: ({ tier, site }) =>
      (["csrfOrigins", "corsOrigins"] as const).flatMap((name) =>
        (tier === undefined || tier === "dev" ? [] : (site?.[name] ?? [])).flatMap((origin, index) =>
          when(origin.includes("*") || origin.startsWith("http://"), {
            path: `site.${name}.${String(index)}`,
            found: `found "${origin}": only named https origins may be trusted outside dev`,
            mend: `List https origins of your own one by one, or remove site.${name}: the domains are used.`,
          }),
        ),
      ),
  },
  {
    code: "config.unusual-ports",
    holds: "Outside `dev`, the published ports are 80 and 443.",
    broken: ({ tier, site }) =>
      when(tier !== undefined && tier !== "dev" && site && (site.ports.http !== 80 || site.ports.https !== 443), {
        path: "site.ports",
        found: `found ${String(site?.ports.http)} and ${String(site?.ports.https)}: visitors and the ACME server use 80 and 443`,
        mend: "Remove site.ports.",
      }),
  },
  {
    code: "config.same-port",
    holds: "HTTP and HTTPS have a port each.",
    broken: ({ site }) =>
      when(site && site.ports.http === site.ports.https, {
        path: "site.ports",
        found: "found the same port for HTTP and HTTPS",
        mend: "Choose two different ports.",
      }),
  },
  {
    code: "config.domain-twice",
    holds: "Every domain stands once in `site.domains`.",
    broken: ({ site }) =>
      repeated(site?.domains ?? []).map((index) => ({
        path: `site.domains.${String(index)}`,
        found: `found "${site?.domains[index] ?? ""}" a second time`,
        mend: "List every domain once.",
      })),
  },
  {
    code: "config.domain-not-allowed",
    holds: "Outside `dev`, `site.allowedHosts` has all of `site.domains`.",
    broken: ({ site, tier }) => {
      const missing = site?.domains.filter((name) => site.allowedHosts && !site.allowedHosts.includes(name)) ?? [];
      return when(tier !== undefined && tier !== "dev" && missing.length > 0, {
        path: "site.allowedHosts",
        found: `leaves out ${missing.join(", ")} of site.domains: the application would answer 400 there`,
        mend: "Add every domain, or remove site.allowedHosts: the domains are used.",
      });
    },
  },
  {
    code: "config.misrouted-path",
    holds:
      "`site.apiPath` and `site.rateLimit.paths` name no path twice, and none that is routed in a way of its own: `/`, `/static/`, `/media/`, `/ws/`.",
    broken: ({ site }) =>
      (
        [
          ["apiPath", site?.apiPath],
          ["rateLimit.paths", site?.rateLimit.paths],
        ] as const
      ).flatMap(([name, list = []]) =>
        list.flatMap((path, index) => {
          const at = `site.${name}.${String(index)}`;
          if (reserved.includes(path))
            return [
              {
                path: at,
                found: `found "${path}", which Nginx routes in a way of its own`,
                mend: "Remove it, or name a path below it.",
              },
            ];
          return when(list.indexOf(path) < index, {
            path: at,
            found: `found "${path}" a second time`,
            mend: "List every path once.",
          });
        }),
      ),
  },
];
