/** The pure model of a stack: what the settings come to, before any resource is named. No Pulumi in here. */
import { type Commands, commandsOf } from "./preset.ts";
import type { Configuration } from "./load.ts";
import type { Settings } from "./schema.ts";

export interface Model extends Omit<Settings, "site" | "frontend"> {
  /** Name of the stack on its host; every container, volume and network begins with it. */
  name: string;
  site: Settings["site"] & {
    allowedHosts: string[];
    csrfOrigins: string[];
    corsOrigins: string[];
    /** Where a visitor starts. */
    url: string;
  };
  /** The single-page application's image and folder, if there is one. */
  frontend: { image: string; path: string } | undefined;
  /** Every command that the containers and one-off tasks run. */
  commands: Commands;
  /** Variables of the application that may be read by anyone. */
  variables: Record<string, string>;
  /** Image references of the stack's services. */
  images: Record<"postgres" | "redis" | "nginx" | "certbot" | "application" | "frontend", string>;
}

/** Secrets that Socle generates, as they are handed to the application. */
export interface Credentials {
  secretKey: string;
  /** Former SECRET_KEY, while sessions signed with it live on. */
  formerSecretKey?: string | undefined;
  databaseLogin: string;
  databasePassword: string;
  redisPassword: string;
}

export function environmentModel(project: string, stack: string, { settings }: Configuration): Model {
  const { site, application, postgres, redis, nginx, certbot, frontend } = settings;
  const authority = (domain: string): string =>
    site.ports.https === 443 ? domain : `${domain}:${String(site.ports.https)}`;
  const origins = site.domains.map((domain) => `https://${authority(domain)}`);
  const model: Omit<Model, "variables" | "commands"> = {
    ...settings,
    name: `${project}-${stack}`,
    site: {
      ...site,
      allowedHosts: site.allowedHosts ?? site.domains,
      csrfOrigins: site.csrfOrigins ?? origins,
      corsOrigins: site.corsOrigins ?? origins,
      url: `${origins[0] ?? ""}/`,
    },
    frontend: frontend && { image: frontend.image ?? application.image, path: frontend.path },
    images: {
      postgres: postgres.image ?? `postgres:${String(postgres.version)}`,
      redis: redis.image,
      nginx: nginx.image,
      certbot: certbot.image,
      application: application.image,
      frontend: frontend?.image ?? application.image,
    },
  };
  return { ...model, commands: commandsOf(model), variables: plainVariables(model) };
}

/** Row A10 of the requirements: what the application is told in clear. */
function plainVariables({
  tier,
  site,
  application,
  postgres,
}: Omit<Model, "variables" | "commands">): Record<string, string> {
  const flag = (value: boolean): string => (value ? "True" : "False");
  const further = Object.entries(application.environment).map(([name, value]): [string, string] => [
    name,
    typeof value === "boolean" ? flag(value) : String(value),
  ]);
  return {
    ...Object.fromEntries(further),
    DEBUG: flag(application.debug),
    DJANGO_ENV: tier,
    ALLOWED_HOSTS: site.allowedHosts.join(","),
    CSRF_TRUSTED_ORIGINS: site.csrfOrigins.join(","),
    CORS_ALLOWED_ORIGINS: site.corsOrigins.join(","),
    DB_HOST: "postgres",
    DB_PORT: "5432",
    DB_NAME: postgres.database,
    SSL_ENABLED: "True",
    SECURE_SSL_REDIRECT: "True",
    SESSION_COOKIE_SECURE: "True",
    CSRF_COOKIE_SECURE: "True",
    RATELIMIT_ENABLE: flag(site.rateLimit.enabled),
    STATIC_ROOT: application.staticPath,
    MEDIA_ROOT: application.mediaPath,
    PYTHONUNBUFFERED: "1",
  };
}

/** What the application is told in secret: generated credentials and the site's own secrets. */
export function secretVariables(
  { postgres }: Pick<Model, "postgres">,
  credentials: Credentials,
  secrets: Record<string, string>,
): Record<string, string> {
  const { secretKey, formerSecretKey, databaseLogin, databasePassword, redisPassword } = credentials;
  const redis = `redis://:${redisPassword}@redis:6379`;
  return {
    ...secrets,
    SECRET_KEY: secretKey,
    ...(formerSecretKey ? { SECRET_KEY_FALLBACKS: formerSecretKey } : {}),
    DB_USER: databaseLogin,
    DB_PASSWORD: databasePassword,
    DATABASE_URL: `postgresql://${databaseLogin}:${databasePassword}@postgres:5432/${postgres.database}`,
    CELERY_BROKER_URL: `${redis}/0`,
    REDIS_URL: `${redis}/1`,
  };
}
