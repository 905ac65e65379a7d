import { describe } from "mocha";

import { siteRules } from "../../../config/site-rules.ts";
import { type RuleCase, testRules } from "./rule-cases.ts";
import { dev } from "./stack.ts";

const cases: RuleCase[] = [
  {
    rule: "served over TLS",
    bad: { "site.tls": { mode: "off" } },
    lines: [
      [
        "site.tls.mode",
        "found off for www.example.org, example.org: a domain without TLS hands sessions and passwords to anyone on the way",
        "Set it to acme.",
      ],
    ],
    good: { "site.tls": { mode: "acme" } },
  },
  {
    rule: "served over TLS",
    base: dev,
    bad: { "site.tls": { mode: "off" } },
    lines: [
      [
        "site.tls.mode",
        "found off for localhost: a domain without TLS hands sessions and passwords to anyone on the way",
        "Set it to selfSigned.",
      ],
    ],
    good: {},
  },
  {
    rule: "a certificate that browsers trust",
    bad: { "site.tls": { mode: "selfSigned" } },
    lines: [["site.tls.mode", "found selfSigned in production: every visitor's browser would warn", "Set it to acme."]],
    good: { "site.tls": { mode: "selfSigned" }, tier: "staging" },
  },
  {
    rule: "every domain is a public one",
    bad: { "site.domains": ["www.example.org", "site", "site.local", "203.0.113.10"] },
    lines: (["site", "site.local", "203.0.113.10"] as const).map((name, index) => [
      `site.domains.${String(index + 1)}`,
      `found "${name}", for which Let's Encrypt issues no certificate`,
      "Name a public domain that points to the server, or set site.tls.mode to selfSigned.",
    ]),
    good: { "site.domains": ["site.local"], "site.tls": { directory: "https://ca.site.local/directory" } },
  },
  {
    rule: "`site.allowedHosts` has no wildcard",
    bad: { "site.allowedHosts": ["www.example.org", "example.org", "*", ".example.net"] },
    lines: (["*", ".example.net"] as const).map((name, index) => [
      `site.allowedHosts.${String(index + 2)}`,
      `found "${name}": a wildcard lets forged Host headers through (Django security.W020)`,
      "List the names one by one, or remove site.allowedHosts: the domains are used.",
    ]),
    good: { "site.allowedHosts": ["www.example.org", "example.org", "old.example.net"] },
  },
  {
    rule: "are named `https` origins",
    bad: {
      "site.csrfOrigins": ["https://*.example.org"],
      "site.corsOrigins": ["https://example.org", "http://example.org", "*"],
    },
    lines: (
      [
        ["csrfOrigins", 0, "https://*.example.org"],
        ["corsOrigins", 1, "http://example.org"],
        ["corsOrigins", 2, "*"],
      ] as const
    ).map(([name, index, origin]) => [
      `site.${name}.${String(index)}`,
      `found "${origin}": only named https origins may be trusted outside dev`,
      `List https origins of your own one by one, or remove site.${name}: the domains are used.`,
    ]),
    good: { "site.csrfOrigins": ["https://app.example.org"], "site.corsOrigins": ["https://app.example.org:8443"] },
  },
  {
    rule: "the published ports are 80 and 443",
    bad: { "site.ports": { https: 8443 } },
    lines: [["site.ports", "found 80 and 8443: visitors and the ACME server use 80 and 443", "Remove site.ports."]],
    good: { "site.ports": { http: 80, https: 443 } },
  },
  {
    rule: "HTTP and HTTPS have a port each",
    base: dev,
    bad: { "site.ports": { http: 8443, https: 8443 } },
    lines: [["site.ports", "found the same port for HTTP and HTTPS", "Choose two different ports."]],
    good: { "site.ports": { http: 8080, https: 8443 } },
  },
  {
    rule: "Every domain stands once",
    bad: { "site.domains": ["example.org", "www.example.org", "example.org"] },
    lines: [["site.domains.2", 'found "example.org" a second time', "List every domain once."]],
    good: { "site.domains": ["example.org", "www.example.org"] },
  },
  {
    rule: "`site.allowedHosts` has all of `site.domains`",
    bad: { "site.allowedHosts": ["www.example.org"] },
    lines: [
      [
        "site.allowedHosts",
        "leaves out example.org of site.domains: the application would answer 400 there",
        "Add every domain, or remove site.allowedHosts: the domains are used.",
      ],
    ],
    good: { "site.allowedHosts": ["example.org", "www.example.org"] },
  },
  {
    rule: "name no path twice",
    bad: { "site.apiPath": ["/api/", "/ws/", "/api/"], "site.rateLimit": { paths: ["/", "/login/", "/login/"] } },
    lines: [
      ["site.apiPath.1", 'found "/ws/", which Nginx routes in a way of its own', "Remove it, or name a path below it."],
      ["site.apiPath.2", 'found "/api/" a second time', "List every path once."],
      [
        "site.rateLimit.paths.0",
        'found "/", which Nginx routes in a way of its own',
        "Remove it, or name a path below it.",
      ],
      ["site.rateLimit.paths.2", 'found "/login/" a second time', "List every path once."],
    ],
    good: { "site.apiPath": ["/api/", "/graphql/"], "site.rateLimit": { paths: ["/ws/sign-in/", "/api/"] } },
  },
];

describe("settings of the site that contradict one another", () => {
  testRules(siteRules, cases);
});
