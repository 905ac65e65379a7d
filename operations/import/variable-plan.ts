/** What becomes of variables that another platform handed to the application: a pure decision, value by value. */
import { isSecret, namesSecret } from "../../config/clear-secret.ts";
import { managedVariables } from "../../config/managed-variable.ts";
import type { Variables } from "./variables.ts";

export interface Step {
  variable: string;
  /**
   * `secret`, `plain`: handed to the application as it is; `setting`: a setting of Socle's that says the same;
   * `left`: not taken, Socle or the new platform sees to it; `review`: not taken, somebody must look at it.
   */
  becomes: "secret" | "plain" | "setting" | "left" | "review";
  /** Section and keys of a setting, or of the application's environment. */
  path?: string[];
  value?: unknown;
  why: string;
}

interface Renamed {
  path: string[];
  /** `undefined` where the value has no meaning here. */
  read: (value: string) => unknown;
}

const text = (value: string): unknown => value || undefined;
const list = (value: string): unknown => {
  const parts = value
    .replace(/^\[(.*)\]$/s, "$1")
    .split(/[\s,]+/)
    .map((part) => part.replaceAll(/^["']|["']$/g, ""));
  const named = parts.filter((part) => part !== "");
  return named.length > 0 && !named.includes("*") ? named : undefined;
};
const count = (value: string): unknown => (/^[1-9]\d{0,2}$/.test(value) ? Number(value) : undefined);
const name = (value: string): unknown => (/^(?!pg_)[a-z_][a-z0-9_]{0,55}$/.test(value) ? value : undefined);

const database: Renamed = { path: ["postgres", "database"], read: name };
const role: Renamed = {
  path: ["postgres", "user"],
  read: (value) => (["postgres", "public", "none"].includes(value) ? undefined : name(value)),
};
const workers: Renamed = { path: ["application", "workers"], read: count };
const concurrency: Renamed = { path: ["worker", "concurrency"], read: count };

/** Names by which Django projects and their hosts know what is a setting here. */
const renamed: Readonly<Record<string, Renamed>> = {
  ALLOWED_HOSTS: { path: ["site", "allowedHosts"], read: list },
  DJANGO_ALLOWED_HOSTS: { path: ["site", "allowedHosts"], read: list },
  CSRF_TRUSTED_ORIGINS: { path: ["site", "csrfOrigins"], read: list },
  CORS_ALLOWED_ORIGINS: { path: ["site", "corsOrigins"], read: list },
  DB_NAME: database,
  POSTGRES_DB: database,
  PGDATABASE: database,
  DB_USER: role,
  POSTGRES_USER: role,
  PGUSER: role,
  WEB_CONCURRENCY: workers,
  GUNICORN_WORKERS: workers,
  CELERY_CONCURRENCY: concurrency,
  CELERYD_CONCURRENCY: concurrency,
  CELERY_WORKER_CONCURRENCY: concurrency,
  SUPERUSER_NAME: { path: ["superuser", "username"], read: text },
  DJANGO_SUPERUSER_USERNAME: { path: ["superuser", "username"], read: text },
  SUPERUSER_EMAIL: { path: ["superuser", "email"], read: text },
  DJANGO_SUPERUSER_EMAIL: { path: ["superuser", "email"], read: text },
};

/** What the former platform set for itself. */
const platform =
  /^(RAILWAY|HEROKU|NIXPACKS|RENDER|FLY|COMPOSE|DYNO)(_|$)|^(PORT|HOSTNAME|PATH|HOME|PWD|SOURCE_VERSION|DATABASE_PUBLIC_URL|REDIS_PUBLIC_URL)$/;

/** Other names of what Socle hands over by its own: an application that reads only these would not find its database. */
const elsewhere: readonly [RegExp, string][] = [
  [
    /^(PGHOST|PGPORT|PGPASSWORD|POSTGRES_(HOST|PORT|PASSWORD)|DB_URL|POSTGRES(QL)?_URL|HEROKU_POSTGRESQL_\w+_URL)$/,
    "DATABASE_URL or DB_HOST, DB_PORT and DB_PASSWORD",
  ],
  [
    /^(REDIS(_TLS)?_URL|REDIS_?HOST|REDIS_?PORT|REDIS_?PASSWORD|REDIS_?USER|CACHE_URL|BROKER_URL|CELERY_RESULT_BACKEND)$/,
    "REDIS_URL or CELERY_BROKER_URL",
  ],
  [/^DJANGO_SECRET_KEY$/, "SECRET_KEY, which is generated and can be rotated"],
  [/^DJANGO_DEBUG$/, "DEBUG, which the tier decides"],
];

/** A URL of a database also names it and its owner. */
function fromUrl(variables: Variables): Variables {
  const url = URL.parse(variables["DATABASE_URL"] ?? "");
  if (!url?.protocol.startsWith("postgres")) return {};
  return { DB_NAME: decodeURIComponent(url.pathname.slice(1)), DB_USER: decodeURIComponent(url.username) };
}

/** One step a variable, in the order of the file. A value that is secret is in `value` and nowhere else. */
export function planVariables(variables: Variables): Step[] {
  const taken = new Map<string, string>();
  const named = Object.entries(variables).map(([variable, value]) => decide(variable, value, taken));
  const fromItsUrl = Object.entries(fromUrl(variables))
    .map(([variable, value]) => ({ ...decide(variable, value, taken), variable: "DATABASE_URL" }))
    .filter(({ becomes }) => becomes === "setting");
  return [...named, ...fromItsUrl];
}

function decide(variable: string, value: string, taken: Map<string, string>): Step {
  const known = Object.hasOwn(renamed, variable) ? renamed[variable] : undefined;
  if (known) {
    const place = known.path.join(".");
    const read = known.read(value);
    if (read === undefined)
      return { variable, becomes: "left", why: `its value cannot be used for ${place}, whose default stands` };
    const former = taken.get(place);
    if (former !== undefined) return { variable, becomes: "left", why: `${former} says it already` };
    taken.set(place, variable);
    return { variable, becomes: "setting", path: known.path, value: read, why: place };
  }
  if (Object.hasOwn(managedVariables, variable))
    return { variable, becomes: "left", why: `Socle sets it: ${managedVariables[variable] ?? ""}` };
  const [, own] = elsewhere.find(([pattern]) => pattern.test(variable)) ?? [];
  if (own !== undefined)
    return { variable, becomes: "review", why: `is about the former host's; let the application read ${own}` };
  if (platform.test(variable)) return { variable, becomes: "left", why: "the former platform's own" };
  if (!/^[A-Z_][A-Z0-9_]*$/.test(variable))
    return { variable, becomes: "review", why: "a name here has capitals, digits and underscores only" };
  if (value === "") return { variable, becomes: "left", why: "it is empty" };
  if (namesSecret(variable) || isSecret(value))
    return { variable, becomes: "secret", path: [`secrets:${variable}`], value, why: `secrets:${variable}` };
  return {
    variable,
    becomes: "plain",
    path: ["application", "environment", variable],
    value,
    why: `application.environment.${variable}`,
  };
}
