// With the real engine: each line of the pre-production checklist that can be told at preview, and an unsafe production
// stack that breaks it. Some never get as far as the policies: the settings themselves are refused.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { rules } from "../../policies/catalogue.ts";
import { Project } from "./project.ts";

interface Unsafe {
  line: string;
  settings?: Record<string, unknown>;
  /** Edit of a file of the program, where no setting allows it. */
  edit?: [path: string, from: string, to: string];
  /** What refuses it: a setting's path, or a rule. */
  by: string;
  says: RegExp;
}

const unsafe: Unsafe[] = [
  {
    line: "Security: random SECRET_KEY",
    settings: { "application.environment.SECRET_KEY": "django-insecure-abcdefghijklmnop" },
    by: "application.environment.SECRET_KEY",
    says: /is set by Socle itself\n\s+→ Remove it; it comes from rotation\.secretKey/,
  },
  {
    line: "Security: random SECRET_KEY",
    edit: ["components/secrets.ts", "secretKeyLength = 64", "secretKeyLength = 24"],
    by: "SEC-02",
    says: /length: found 24, less than 50/,
  },
  {
    line: "Security: DEBUG off",
    settings: { "application.debug": true },
    by: "application.debug",
    says: /found true in production: DEBUG shows settings/,
  },
  {
    line: "Security: TLS on",
    settings: { "site.tls.mode": "off" },
    by: "site.tls.mode",
    says: /found off for www\.example\.org/,
  },
  {
    line: "Security: TLS on",
    edit: ["host/nginx/nginx.conf", "ssl_protocols TLSv1.2", "ssl_protocols TLSv1 TLSv1.2"],
    by: "TLS-01",
    says: /ssl_protocols: found TLSv1 TLSv1\.2 TLSv1\.3/,
  },
  {
    line: "Security: firewall open on 80, 443 and SSH only",
    settings: { "site.ports": { http: 8080, https: 8443 } },
    by: "site.ports",
    says: /found 8080 and 8443/,
  },
  {
    line: "Security: firewall open on 80, 443 and SSH only",
    edit: [
      "components/postgres.ts",
      "temporary: {",
      "ports: [{ external: 5432, internal: 5432 }],\n        temporary: {",
    ],
    by: "NET-01",
    says: /ports\.0: found port 5432/,
  },
  {
    line: "Security: rate limiting on",
    settings: { "site.rateLimit.enabled": false },
    by: "DJ-06",
    says: /site\.rateLimit\.enabled: found false/,
  },
  {
    line: "Security: CORS strict (no wildcard, https, own domains)",
    settings: { "site.corsOrigins": ["https://www.example.org", "*"] },
    by: "site.corsOrigins.1",
    says: /only named https origins may be trusted/,
  },
  {
    line: "Security: CORS strict (no wildcard, https, own domains)",
    settings: { "site.corsOrigins": ["https://elsewhere.example.net"] },
    by: "DJ-05",
    says: /site\.corsOrigins\.0: found "https:\/\/elsewhere\.example\.net", not of the site's domains/,
  },
  {
    line: "Security: CSP, HSTS, X-Frame-Options",
    settings: { "site.contentSecurityPolicy": "default-src *" },
    by: "site.contentSecurityPolicy",
    says: /with a frame-ancestors directive/,
  },
  {
    line: "Security: CSP, HSTS, X-Frame-Options",
    edit: ["host/nginx/nginx.conf", "max-age=63072000", "max-age=300"],
    by: "NGX-01",
    says: /Strict-Transport-Security: is weaker than asked for/,
  },
  {
    line: "Security: strong database passwords",
    settings: { "application.environment.DB_PASSWORD": "site" },
    by: "application.environment.DB_PASSWORD",
    says: /is set by Socle itself/,
  },
  {
    line: "Configuration: ALLOWED_HOSTS set, no wildcard",
    settings: { "site.allowedHosts": ["www.example.org", "example.org", "*"] },
    by: "site.allowedHosts.2",
    says: /a wildcard lets forged Host headers through/,
  },
  {
    line: "Configuration: CSRF_TRUSTED_ORIGINS set, https",
    settings: { "site.csrfOrigins": ["http://www.example.org"] },
    by: "site.csrfOrigins.0",
    says: /only named https origins may be trusted/,
  },
  {
    line: "Configuration: automatic backup on",
    settings: { "backup.enabled": false },
    by: "BAK-01",
    says: /backup\.enabled: there is no backup/,
  },
  {
    line: "Configuration: monitoring on",
    settings: { "policies.waivers": [] },
    by: "MON-01",
    says: /monitoring\.receiver: nobody is told/,
  },
  {
    line: "Configuration: log rotation on",
    edit: ["components/container.ts", 'logDriver: "json-file"', 'logDriver: "none"'],
    by: "CTR-20",
    says: /logDriver: found none/,
  },
  {
    line: "Documentation: procedures, support contacts, incident runbook",
    settings: { "policies.waivers": [], documentation: { procedures: "docs/none.md" } },
    by: "DOC-01",
    says: /documentation\.procedures: names a file that is not there\n\s+documentation\.contacts: is not set/,
  },
];

describe("an unsafe production stack, previewed with the policies", function () {
  this.timeout(120_000);
  let project: Project;
  before(async () => {
    project = await Project.create();
  });
  after(() => project.remove());

  for (const { line, settings = {}, edit, by, says } of unsafe)
    it(`is refused by ${by}: ${line}`, async () => {
      const attempt = () => project.preview(settings);
      const { code, said } = await (edit
        ? project.with(edit[0], (text) => text.replace(edit[1], edit[2]), attempt)
        : attempt());
      assert.notEqual(code, 0, said);
      const rule = rules.find(({ id }) => id === by);
      if (rule) assert.match(said, new RegExp(`\\[mandatory\\] \\[severity: ${rule.severity}\\] {2}${by} `));
      else assert.match(said, new RegExp(`nothing was changed\\.\\n(.*\\n)*\\s+${by.replaceAll(".", "\\.")}: `));
      assert.match(said, says);
    });

  it("is shown for every line of the checklist that a rule serves", () => {
    assert.deepEqual(
      new Set(unsafe.map(({ line }) => line)),
      new Set(rules.flatMap(({ checklist }) => checklist ?? [])),
    );
    for (const { line, by } of unsafe)
      if (rules.some(({ id }) => id === by)) assert.equal(rules.find(({ id }) => id === by)?.checklist, line);
  });
});
