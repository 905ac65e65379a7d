import assert from "node:assert/strict";

import fc from "fast-check";
import { describe, it } from "mocha";

import { managedVariables } from "../../../config/contradiction.ts";
import { environmentModel, type Model, secretVariables } from "../../../config/environment.ts";
import type { Settings } from "../../../config/schema.ts";
import { fixed, stack, variableName } from "./arbitrary.ts";
import { changed, dev, production, project, read, type Sections } from "./stack.ts";

const model = (sections: Sections, encrypted: Record<string, string> = {}): Model =>
  environmentModel(project, "trial", read(sections, { encrypted }));

const credential = fc.stringMatching(/^[A-Za-z0-9]{40}$/);
const credentials = fc.record({
  secretKey: fc.stringMatching(/^[A-Za-z0-9]{64}$/),
  formerSecretKey: fc.option(fc.stringMatching(/^[A-Za-z0-9]{64}$/), { nil: undefined }),
  databaseLogin: fc.constantFrom("site_a", "site_b"),
  databasePassword: credential,
  redisPassword: credential,
});

/** What the application must be told in clear, and what in secret. */
const plain = [
  "DEBUG",
  "DJANGO_ENV",
  "ALLOWED_HOSTS",
  "CSRF_TRUSTED_ORIGINS",
  "CORS_ALLOWED_ORIGINS",
  "DB_NAME",
  "SSL_ENABLED",
  "SECURE_SSL_REDIRECT",
  "SESSION_COOKIE_SECURE",
  "CSRF_COOKIE_SECURE",
  "RATELIMIT_ENABLE",
];
const secret = ["SECRET_KEY", "DB_USER", "DB_PASSWORD", "DATABASE_URL", "CELERY_BROKER_URL", "REDIS_URL"];

/** The same settings with the keys of every group in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

const sorted = (variables: Record<string, string>): string =>
  JSON.stringify(Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)));

describe("the model of a stack", () => {
  it("takes every valid configuration", () => {
    fc.assert(
      fc.property(stack, (sections) => {
        const { settings } = read(sections);
        for (const [name, value] of Object.entries(sections))
          if (typeof value === "object") assert.partialDeepStrictEqual(settings[name as keyof Settings], value);
      }),
      fixed(200),
    );
  });

  it("tells the application everything that it needs, secrets only in secret", () => {
    fc.assert(
      fc.property(
        stack,
        credentials,
        fc.dictionary(variableName, fc.stringMatching(/^[!-~]{12,40}$/)),
        (sections, generated, own) => {
          const { environment = {} } = sections.application as { environment?: Record<string, unknown> };
          const secrets = Object.fromEntries(Object.entries(own).filter(([name]) => !(name in environment)));
          const found = model(sections, secrets);
          const hidden = secretVariables(found, generated, secrets);
          for (const name of plain) assert.ok(found.variables[name], name);
          for (const name of [...secret, ...Object.keys(secrets)]) assert.ok(hidden[name], name);
          assert.equal(hidden.SECRET_KEY_FALLBACKS, generated.formerSecretKey);
          for (const name of Object.keys(hidden)) assert.ok(!(name in found.variables), name);
          const { databasePassword, redisPassword, secretKey } = generated;
          const clear = JSON.stringify(found);
          for (const value of [...Object.values(secrets), databasePassword, redisPassword, secretKey])
            assert.ok(!clear.includes(JSON.stringify(value).slice(1, -1)), "a secret in the model");
          for (const [name, value] of Object.entries(environment))
            assert.equal(
              found.variables[name],
              typeof value === "boolean" ? (value ? "True" : "False") : String(value),
            );
        },
      ),
      fixed(200),
    );
  });

  it("sets no variable that a site could think its own", () => {
    fc.assert(
      fc.property(stack, credentials, (sections, generated) => {
        const { environment = {} } = sections.application as { environment?: Record<string, unknown> };
        const found = model(sections);
        for (const name of Object.keys({ ...found.variables, ...secretVariables(found, generated, {}) }))
          assert.ok(name in managedVariables || name in environment, name);
      }),
      fixed(50),
    );
  });

  it("writes URLs that lead where they say", () => {
    fc.assert(
      fc.property(stack, credentials, (sections, generated) => {
        const found = model(sections);
        const { DATABASE_URL = "", REDIS_URL = "", CELERY_BROKER_URL = "" } = secretVariables(found, generated, {});
        const database = new URL(DATABASE_URL);
        assert.deepEqual(
          [database.protocol, database.username, database.password, database.host, database.pathname],
          [
            "postgresql:",
            generated.databaseLogin,
            generated.databasePassword,
            "postgres:5432",
            `/${found.postgres.database}`,
          ],
        );
        for (const url of [REDIS_URL, CELERY_BROKER_URL]) {
          const { protocol, password, host, pathname } = new URL(url);
          assert.deepEqual([protocol, password, host], ["redis:", generated.redisPassword, "redis:6379"]);
          assert.match(pathname, /^\/\d$/);
        }
        assert.notEqual(REDIS_URL, CELERY_BROKER_URL);
        const { domains, ports } = found.site;
        const site = new URL(found.site.url);
        assert.deepEqual(
          [site.protocol, site.hostname, Number(site.port || 443), site.pathname],
          ["https:", domains[0], ports.https, "/"],
        );
        const origins = found.variables.CSRF_TRUSTED_ORIGINS?.split(",") ?? [];
        for (const origin of origins) assert.equal(new URL(origin).protocol, "https:");
        if (!("csrfOrigins" in (sections.site as Sections)))
          assert.deepEqual(
            origins,
            domains.map((name) => new URL(`https://${name}:${String(ports.https)}`).origin),
          );
        for (const name of domains) assert.ok(found.variables.ALLOWED_HOSTS?.split(",").includes(name));
      }),
      fixed(200),
    );
  });

  it("is the same whatever the order of the settings", () => {
    fc.assert(
      fc.property(stack, (sections) => {
        const [one, other] = [model(sections), model(reversed(sections) as Sections)];
        assert.deepEqual(one, other);
        assert.equal(sorted(one.variables), sorted(other.variables));
      }),
      fixed(100),
    );
  });

  it("follows the settings", () => {
    const base = changed(production(), {
      "site.ports": undefined,
      "site.rateLimit": { enabled: false },
      "postgres.database": "shop",
      "postgres.version": 16,
      "application.environment": { THROTTLE_ANON: "100/hour", EMAIL_PORT: 587, EMAIL_USE_TLS: true },
    });
    const found = model(base);
    assert.equal(found.name, "socle-trial");
    assert.deepEqual(found.variables, {
      THROTTLE_ANON: "100/hour",
      EMAIL_PORT: "587",
      EMAIL_USE_TLS: "True",
      DEBUG: "False",
      DJANGO_ENV: "production",
      ALLOWED_HOSTS: "www.example.org,example.org",
      CSRF_TRUSTED_ORIGINS: "https://www.example.org,https://example.org",
      CORS_ALLOWED_ORIGINS: "https://www.example.org,https://example.org",
      DB_HOST: "postgres",
      DB_PORT: "5432",
      DB_NAME: "shop",
      SSL_ENABLED: "True",
      SECURE_SSL_REDIRECT: "True",
      SESSION_COOKIE_SECURE: "True",
      CSRF_COOKIE_SECURE: "True",
      RATELIMIT_ENABLE: "False",
      STATIC_ROOT: "/app/staticfiles",
      MEDIA_ROOT: "/app/media",
      PYTHONUNBUFFERED: "1",
    });
    assert.equal(found.images.postgres, "postgres:16");
    assert.equal(found.frontend, undefined);
    assert.deepEqual(model({ ...base, frontend: {} }).frontend, { image: found.application.image, path: "/app/spa" });
    assert.equal(
      model(changed(dev(), { "site.ports": { http: 8080, https: 8443 } })).site.url,
      "https://localhost:8443/",
    );
  });
});
