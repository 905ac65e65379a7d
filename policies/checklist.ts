/** The pre-production checklist, line by line and in its users' order: what rules serve and what the report shows. */

interface Line {
  line: string;
  /** What it asks for, for somebody who never saw a server. */
  plain: string;
  /** Settings that are refused where they break it, before any rule is asked: how their paths begin. */
  settings?: readonly string[];
}

const lines = [
  {
    line: "Security: random SECRET_KEY",
    plain: "The key that guards sign-ins is long, random and made by a machine.",
    settings: ["application.environment.SECRET_KEY", "rotation.secretKey"],
  },
  {
    line: "Security: DEBUG off",
    plain: "Visitors never see the site's inner workings when something fails.",
    settings: ["application.debug"],
  },
  {
    line: "Security: TLS on",
    plain: "Everything between visitors and the site is encrypted.",
    settings: ["site.tls"],
  },
  {
    line: "Security: firewall open on 80, 443 and SSH only",
    plain: "The server answers on its three doors and on no other.",
    settings: ["site.ports"],
  },
  {
    line: "Security: rate limiting on",
    plain: "Whoever guesses passwords is slowed down.",
    settings: ["site.rateLimit"],
  },
  {
    line: "Security: CORS strict (no wildcard, https, own domains)",
    plain: "Other web sites cannot act in a visitor's name.",
    settings: ["site.corsOrigins"],
  },
  {
    line: "Security: CSP, HSTS, X-Frame-Options",
    plain: "The browser is told to load nothing foreign and to insist on encryption.",
    settings: ["site.contentSecurityPolicy"],
  },
  {
    line: "Security: strong database passwords",
    plain: "The passwords of the databases are long, random and made by a machine.",
    settings: ["application.environment.DB_PASSWORD", "application.environment.DATABASE_URL"],
  },
  {
    line: "Configuration: ALLOWED_HOSTS set, no wildcard",
    plain: "The site answers to its own names only.",
    settings: ["site.allowedHosts", "site.domains"],
  },
  {
    line: "Configuration: CSRF_TRUSTED_ORIGINS set, https",
    plain: "Forms are taken from the site's own pages only.",
    settings: ["site.csrfOrigins"],
  },
  {
    line: "Configuration: environment validated",
    plain: "Every setting is there, can be read and contradicts no other.",
    settings: [""],
  },
  {
    line: "Configuration: automatic backup on",
    plain: "Copies of the data are made by themselves, kept long enough, and kept elsewhere too.",
    settings: ["backup"],
  },
  {
    line: "Configuration: monitoring on",
    plain: "Somebody is told when the site is not well.",
    settings: ["monitoring"],
  },
  {
    line: "Configuration: log rotation on",
    plain: "Records of what happened never fill the disk.",
  },
  {
    line: "Tests: backend tests",
    plain: "The server's own tests passed for this very version.",
  },
  {
    line: "Tests: E2E tests",
    plain: "The site was tried as a visitor uses it, in this very version.",
  },
  {
    line: "Tests: load test",
    plain: "This very version was tried with as many visitors as are expected.",
  },
  {
    line: "Tests: backup/restore tested",
    plain: "A copy of the data was brought back for trial, and was complete.",
  },
  {
    line: "Tests: rollback tested",
    plain: "The way back to the version before was tried.",
  },
  {
    line: "Documentation: procedures",
    plain: "How the site is run is written down.",
    settings: ["documentation.procedures"],
  },
  {
    line: "Documentation: support contacts",
    plain: "Whom to call is written down.",
    settings: ["documentation.contacts"],
  },
  {
    line: "Documentation: incident runbook",
    plain: "What to do in an emergency is written down.",
    settings: ["documentation.incidents"],
  },
] as const satisfies readonly Line[];

export const checklist: readonly (Line & { line: ChecklistLine })[] = lines;

/** A line in full, such as `Security: DEBUG off`. */
export type ChecklistLine = (typeof lines)[number]["line"];

/** Served by the reading of the settings, which refuses what is wrong with them; no rule needs to. */
export const servedBySettings: ChecklistLine = "Configuration: environment validated";

/** The lines that a rule serves. */
export const linesOf = ({
  checklist: served = [],
}: {
  checklist?: ChecklistLine | readonly ChecklistLine[];
}): readonly ChecklistLine[] => (typeof served === "string" ? [served] : served);
