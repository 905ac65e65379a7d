/** For each line of the pre-production checklist, production stacks that break it, and by what they are refused. */
import type { ChecklistLine } from "../../policies/checklist.ts";

export interface UnsafeVariant {
  /** The line that it breaks. */
  line: ChecklistLine;
  /** Settings that replace those of the example, by path. */
  settings?: Record<string, unknown>;
  /** Edit of a file of the program, for what no setting allows. */
  edit?: [path: string, from: string, to: string];
  /** What refuses it: a setting's path, or a rule. */
  by: string;
  says: RegExp;
}

const untested = `registry.example.org/site@sha256:${"0".repeat(64)}`;
/** Nothing waived, and no evidence but of a key that nobody has. */
const unsigned = {
  "policies.waivers": [],
  "evidence.publicKeys": ["MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="],
};

export const unsafeVariants: readonly UnsafeVariant[] = [
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
    line: "Configuration: environment validated",
    settings: { "application.memroy": 1024 },
    by: "application.memroy",
    says: /application\.memroy: there is no such setting\n\s+→ Did you mean `memory`\?/,
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
    line: "Tests: backend tests",
    // The image of another build.
    settings: { "application.image": untested },
    by: "EVD-03",
    says: /evidence, backend tests: there is no record for image sha256:0000/,
  },
  {
    line: "Tests: E2E tests",
    settings: { "application.image": untested },
    by: "EVD-03",
    says: /evidence, E2E tests: there is no record for image sha256:0000/,
  },
  {
    line: "Tests: load test",
    settings: { "application.image": untested },
    by: "EVD-04",
    says: /evidence, load test: there is no record for image sha256:0000/,
  },
  {
    line: "Tests: backup/restore tested",
    settings: unsigned,
    by: "EVD-02",
    says: /evidence, restore drill: there is no record for stack/,
  },
  {
    line: "Tests: rollback tested",
    settings: unsigned,
    by: "EVD-06",
    says: /evidence, rollback drill: there is no record for stack/,
  },
  {
    line: "Documentation: procedures",
    settings: { "policies.waivers": [], "documentation.procedures": "docs/none.md" },
    by: "DOC-01",
    says: /documentation\.procedures: names a file that is not there/,
  },
  {
    line: "Documentation: support contacts",
    settings: { "policies.waivers": [], documentation: {} },
    by: "DOC-01",
    says: /documentation\.contacts: is not set/,
  },
  {
    line: "Documentation: incident runbook",
    settings: { "policies.waivers": [], documentation: {} },
    by: "DOC-01",
    says: /documentation\.incidents: is not set/,
  },
];
