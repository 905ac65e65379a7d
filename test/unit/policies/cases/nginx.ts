import { isKind, type Resource } from "../../../../policies/resource.ts";
import type { Case } from "../rule-case.ts";

const of = "nginx-configuration-loaded";

/** The program's configuration with parts of it replaced; each must be there. */
const edited =
  (...edits: [from: string, to: string][]) =>
  ({ text }: { text: string }): { text: string } => ({
    text: edits.reduce((all, [from, to]) => {
      if (!all.includes(from)) throw new Error(`the configuration has no "${from}"`);
      return all.replaceAll(from, to);
    }, text),
  });

const nginx = (
  rule: string,
  edits: [from: string, to: string][],
  found: [where: string, found: string][],
  more: { silentFacts?: Record<string, unknown> } = {},
): Case => ({ rule, kind: "nginx", of, bad: edited(...edits), found, unknown: "text", ...more });

const withoutService = (all: Resource[], service: string): Resource[] =>
  all.filter((each) => !(isKind(each, "container") && each.name === service));

export const nginxCases: Case[] = [
  nginx("DJ-06", [["limit_req zone", "#limit_req zone"]], [["limit_req", "limits no request"]]),
  nginx(
    "TLS-01",
    [["ssl_protocols TLSv1.2 TLSv1.3;", "ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3;"]],
    [["ssl_protocols", "found TLSv1.1 TLSv1.2 TLSv1.3"]],
  ),
  nginx(
    "TLS-01",
    [
      ["listen 8443 ssl", "ssl_protocols TLSv1; listen 8443"],
      ["ssl_protocols TLSv1.2 TLSv1.3;", "# ssl_protocols TLSv1.2 TLSv1.3;"],
    ],
    [
      ["listen", "no server listens with ssl"],
      ["ssl_protocols", "found none"],
      ["ssl_protocols", "is set again in a server"],
    ],
  ),
  {
    rule: "TLS-01",
    kind: "site",
    of: "site",
    bad: { "site.tls.mode": "off" },
    found: [["site.tls.mode", "found off"]],
    unknown: "site.tls.mode",
  },
  nginx(
    "TLS-02",
    [
      ["ECDHE-RSA-CHACHA20-POLY1305;", "ECDHE-RSA-CHACHA20-POLY1305:AES128-SHA;"],
      ["ssl_prefer_server_ciphers off", "ssl_prefer_server_ciphers on"],
      ["include tls-curves.conf;", "ssl_ecdh_curve secp224r1;"],
    ],
    [
      ["ssl_ciphers", "are not the six"],
      ["ssl_prefer_server_ciphers", "is not off"],
      ["ssl_ecdh_curve", "are not Mozilla's"],
    ],
  ),
  nginx("TLS-03", [["ssl_session_timeout 1d;", "ssl_stapling on;"]], [["ssl_stapling", "found on"]], {
    silentFacts: { "site.tls.directory": "https://ca.example.com/directory" },
  }),
  {
    rule: "TLS-04",
    kind: "container",
    of: "certbot",
    bad: { entrypoints: ["sh", "-c", "while sleep 1d; do certbot renew; done"] },
    found: [
      ["entrypoints", "does not say when it renews"],
      ["entrypoints", "does not say how often it looks"],
    ],
    good: [{ entrypoints: ["HALF_A_DAY = 6 * 3600", "return end - (end - begin) / 2"] }],
    silent: "nginx",
    unknown: "entrypoints",
  },
  {
    rule: "TLS-04",
    kind: "container",
    of: "certbot",
    bad: { entrypoints: ["HALF_A_DAY = 24 * 3600", "return end - (end - begin) / 10"] },
    found: [
      ["entrypoints", "renews with a 10th of the lifetime left"],
      ["entrypoints", "looks every 24 hours"],
    ],
    unknown: "entrypoints.0",
  },
  {
    rule: "TLS-04",
    kind: "stack",
    bad: (all) => withoutService(all, "certbot"),
    found: [["site.tls.mode", "nothing renews the certificate"]],
    silent: { "site.tls.mode": "selfSigned" },
  },
  {
    rule: "TLS-05",
    kind: "container",
    of: "nginx",
    bad: { entrypoints: ["nginx", "-g", "daemon off;"] },
    found: [["entrypoints", "does not reload Nginx when site.pem changes"]],
    silent: "certbot",
    unknown: "entrypoints",
  },
  {
    rule: "TLS-05",
    kind: "stack",
    bad: (all) => withoutService(all, "certbot"),
    found: [["mounts", "Nginx and Certbot do not share the certificate's volume"]],
    silent: { "site.tls.mode": "selfSigned" },
  },
  nginx(
    "NGX-01",
    [
      ["max-age=63072000", "max-age=31536000"],
      ["frame-ancestors 'none'", "frame-src 'none'"],
      ["nosniff always", "nosniff"],
      ["add_header X-Frame-Options DENY always;", ""],
      ["strict-origin-when-cross-origin", "unsafe-url"],
      ["limit_req_status 429;", "limit_req_status 429; server { location / { add_header X-A b; } }"],
    ],
    [
      ["Strict-Transport-Security", "is weaker than asked for"],
      ["Content-Security-Policy", "is weaker than asked for"],
      ["X-Content-Type-Options", "is left out of errors: `always` is missing"],
      ["X-Frame-Options", "is not set"],
      ["Referrer-Policy", "is weaker than asked for"],
      ["add_header", "X-A in a location drops all others there"],
    ],
  ),
  nginx(
    "NGX-02",
    [
      ["limit_req_status 429;", ""],
      ["location ^~ /admin/login/ {", "location ^~ /elsewhere/ {"],
    ],
    [
      ["location", "/admin/login/ is not limited"],
      ["location", "no path of the administration is limited"],
      ["limit_req_status", "is not 429"],
    ],
  ),
  nginx(
    "NGX-03",
    [
      ["client_max_body_size 50m;", "client_max_body_size 0;"],
      ["worker_shutdown_timeout 30s;", ""],
      ["server_tokens off;", "server_tokens on;"],
    ],
    [
      ["client_max_body_size", "is not limited"],
      ["worker_shutdown_timeout", "is not set"],
      ["server_tokens", "is not off"],
    ],
  ),
];
