/** What no single setting gets wrong: settings that contradict one another or the stack's tier. */
import type { Mistake } from "./mistake.ts";
import type { Settings } from "./schema.ts";

/** Variables that Socle sets itself; the settings that they come from. */
export const managedVariables: Readonly<Record<string, string>> = {
  SECRET_KEY: "rotation.secretKey (it is generated)",
  SECRET_KEY_FALLBACKS: "rotation.secretKey",
  DEBUG: "application.debug",
  DJANGO_ENV: "tier",
  ALLOWED_HOSTS: "site.allowedHosts",
  CSRF_TRUSTED_ORIGINS: "site.csrfOrigins",
  CORS_ALLOWED_ORIGINS: "site.corsOrigins",
  DB_NAME: "postgres.database",
  DB_USER: "postgres.user",
  DB_PASSWORD: "rotation.databasePassword (it is generated)",
  DB_HOST: "nothing: the database is the stack's own",
  DB_PORT: "nothing: the database is the stack's own",
  DATABASE_URL: "postgres.database and postgres.user",
  REDIS_URL: "nothing: Redis is the stack's own",
  CELERY_BROKER_URL: "nothing: Redis is the stack's own",
  SSL_ENABLED: "site.tls (it is always on)",
  SECURE_SSL_REDIRECT: "site.tls (it is always on)",
  SESSION_COOKIE_SECURE: "site.tls (it is always on)",
  CSRF_COOKIE_SECURE: "site.tls (it is always on)",
  RATELIMIT_ENABLE: "site.rateLimit.enabled",
  STATIC_ROOT: "application.staticPath",
  MEDIA_ROOT: "application.mediaPath",
};

const secretName = /(SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIAL|SENTRY_DSN|ACCESS_KEY|WEBHOOK)/;
const secretValue = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;
const localName = /^(localhost|.*\.localhost|.*\.local|.*\.test|.*\.internal|.*\.example)$/;
const address = /^(\d{1,3}(\.\d{1,3}){3}|\[.*\])$/;

type Rule = (settings: Partial<Settings>, secrets: readonly string[]) => Mistake[];
const when = (condition: unknown, mistake: Mistake): Mistake[] => (condition ? [mistake] : []);

const rules: Rule[] = [
  ({ tier, application }) =>
    when(tier === "production" && application?.debug, {
      path: "application.debug",
      found: "found true in production: DEBUG shows settings and source to visitors (Django security.W018)",
      mend: "Set it to false or remove it.",
    }),
  ({ tier, site }) =>
    when(site?.tls.mode === "off", {
      path: "site.tls.mode",
      found: `found off for ${site?.domains.join(", ") ?? ""}: a domain without TLS hands sessions and passwords to anyone on the way`,
      mend: tier === "dev" ? "Set it to selfSigned." : "Set it to acme.",
    }),
  ({ tier, site }) =>
    when(tier === "production" && site?.tls.mode === "selfSigned", {
      path: "site.tls.mode",
      found: "found selfSigned in production: every visitor's browser would warn",
      mend: "Set it to acme.",
    }),
  ({ site }) =>
    site?.tls.mode === "acme" && site.tls.directory.includes("letsencrypt.org")
      ? site.domains.flatMap((name, index) =>
          when(!name.includes(".") || localName.test(name) || address.test(name), {
            path: `site.domains.${String(index)}`,
            found: `found "${name}", for which Let's Encrypt issues no certificate`,
            mend: "Name a public domain that points to the server, or set site.tls.mode to selfSigned.",
          }),
        )
      : [],
  ({ tier, site }) =>
    tier === "dev" || !site
      ? []
      : [
          ...(site.allowedHosts ?? []).flatMap((name, index) =>
            when(name.includes("*") || name.startsWith("."), {
              path: `site.allowedHosts.${String(index)}`,
              found: `found "${name}": a wildcard lets forged Host headers through (Django security.W020)`,
              mend: "List the names one by one, or remove site.allowedHosts: the domains are used.",
            }),
          ),
          ...(["csrfOrigins", "corsOrigins"] as const).flatMap((name) =>
            (site[name] ?? []).flatMap((origin, index) =>
              when(origin.includes("*") || origin.startsWith("http://"), {
                path: `site.${name}.${String(index)}`,
                found: `found "${origin}": only named https origins may be trusted outside dev`,
                mend: `List https origins of your own one by one, or remove site.${name}: the domains are used.`,
              }),
            ),
          ),
          ...when(site.ports.http !== 80 || site.ports.https !== 443, {
            path: "site.ports",
            found: `found ${String(site.ports.http)} and ${String(site.ports.https)}: visitors and the ACME server use 80 and 443`,
            mend: "Remove site.ports.",
          }),
        ],
  ({ site }) =>
    when(site && site.ports.http === site.ports.https, {
      path: "site.ports",
      found: "found the same port for HTTP and HTTPS",
      mend: "Choose two different ports.",
    }),
  ({ site }) =>
    when(site && new Set(site.domains).size !== site.domains.length, {
      path: "site.domains",
      found: "found a domain twice",
      mend: "List every domain once.",
    }),
  ({ site, tier }) =>
    when(tier !== "dev" && site?.allowedHosts && site.domains.some((name) => !site.allowedHosts?.includes(name)), {
      path: "site.allowedHosts",
      found: "leaves out one of site.domains: the application would answer 400 there",
      mend: "Add every domain, or remove site.allowedHosts: the domains are used.",
    }),
  ({ tier, host, application }) =>
    when(application && !application.image.includes("@sha256:") && !(tier === "dev" && host?.type === "local"), {
      path: "application.image",
      found: `found "${application?.image ?? ""}", a tag: what it names can change between preview and up`,
      mend: "Name the image by digest, as registry/name@sha256:… (`docker inspect --format '{{index .RepoDigests 0}}' IMAGE` prints it).",
    }),
  ({ tier, host }) =>
    when(tier === "production" && host?.type === "ssh" && host.prepare && host.minimum.memory < 1024, {
      path: "host.minimum.memory",
      found: `found ${String(host?.type === "ssh" ? host.minimum.memory : "")} MiB: production does not fit`,
      mend: "Set at least 1024.",
    }),
  ({ application }) =>
    application?.preset === "custom"
      ? (["serve", "health"] as const).flatMap((name) =>
          when(!application.commands[name], {
            path: `application.commands.${name}`,
            found: "is required with preset custom and was not set",
            mend: "Give the command as a list of arguments.",
          }),
        )
      : [],
  ({ application, worker, beat }) =>
    application?.preset === "custom"
      ? (
          [
            ["worker", worker],
            ["beat", beat],
          ] as const
        ).flatMap(([name, section]) =>
          when(section?.enabled && !(section.command && section.health), {
            path: `${name}.command`,
            found: `is required, with ${name}.health, where preset custom runs a ${name}`,
            mend: `Give both as lists of arguments, or set ${name}.enabled to false.`,
          }),
        )
      : [],
  ({ application }) =>
    application?.preset === "django" && application.server === "gunicorn" && application.module?.includes("asgi")
      ? [
          {
            path: "application.module",
            found: `found "${application.module}", an ASGI entry, with server gunicorn, which speaks WSGI`,
            mend: "Set application.server to uvicorn or daphne, or name the WSGI entry.",
          },
        ]
      : [],
  ({ application }) =>
    when(application && application.stopGrace <= application.timeout, {
      path: "application.stopGrace",
      found: `found ${String(application?.stopGrace)} s, not more than application.timeout (${String(application?.timeout)} s): a release would cut requests`,
      mend: "Set it above application.timeout.",
    }),
  ({ worker }) =>
    when(worker?.enabled && worker.stopGrace <= worker.longestTask, {
      path: "worker.stopGrace",
      found: `found ${String(worker?.stopGrace)} s, not more than worker.longestTask (${String(worker?.longestTask)} s): a release would kill tasks`,
      mend: "Set it above worker.longestTask.",
    }),
  ({ application }) =>
    when(application && (application.staticPath === application.mediaPath || application.staticPath === "/" || application.mediaPath === "/"), {
      path: "application.staticPath",
      found: "static files and media need a folder each, and not the root",
      mend: "Set application.staticPath and application.mediaPath to two different folders.",
    }),
  ({ application }, secrets) =>
    Object.entries(application?.environment ?? {}).flatMap(([name, value]) => {
      const path = `application.environment.${name}`;
      if (name in managedVariables)
        return [{ path, found: "is set by Socle itself", mend: `Remove it; it comes from ${managedVariables[name] ?? ""}.` }];
      if (secrets.includes(name))
        return [{ path, found: `is also a secret (secrets:${name})`, mend: "Keep one of the two." }];
      return when(secretName.test(name) || secretValue.test(String(value)), {
        path,
        found: "looks like a secret in clear (its value is not shown here)",
        mend: `Remove it here and run \`pulumi config set --secret secrets:${name}\`; if it was ever committed, replace the secret.`,
      });
    }),
];

/** The contradictions in the sections that could be read. */
export function contradictions(settings: Partial<Settings>, secrets: readonly string[]): Mistake[] {
  return rules.flatMap((rule) => rule(settings, secrets));
}
