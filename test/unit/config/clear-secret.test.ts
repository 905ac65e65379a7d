import assert from "node:assert/strict";

import fc from "fast-check";
import { describe, it } from "mocha";

import { isSecret, namesSecret } from "../../../config/clear-secret.ts";
import { fixed, stack } from "./arbitrary.ts";
import { changed, dev, failure, mistakes, refusals, type Secrets, type Sections } from "./stack.ts";

const secret = fc.stringMatching(/^[A-Za-z0-9+/_-]{16,60}$/);
type Planted = [sections: Sections, secrets: Secrets, encryptedSections?: string[]];

/** Ways in which a secret ends up where it should not be. */
const places: Record<string, (sections: Sections, value: string) => Planted> = {
  "a variable whose name says so": (sections, value) => [
    changed(sections, { "application.environment": { RESEND_API_KEY: value } }),
    {},
  ],
  "a URL with a password": (sections, value) => [
    changed(sections, {
      "application.environment": { CACHE: `redis://:${value.replaceAll("/", "%2F")}@cache:6379/0` },
    }),
    {},
  ],
  "a variable that Socle sets": (sections, value) => [
    changed(sections, { "application.environment": { SECRET_KEY: value } }),
    {},
  ],
  "a variable with a bad name": (sections, value) => [
    changed(sections, { "application.environment": { api_key: value } }),
    {},
  ],
  "a list of values": (sections, value) => [changed(sections, { "application.environment": { KEYS: [value] } }), {}],
  "a secret set without --secret": (sections, value) => [sections, { clear: { RESEND_API_KEY: value } }],
  "a secret with a bad name": (sections, value) => [sections, { clear: { "resend-key": value } }],
  "a secret that Socle generates": (sections, value) => [sections, { encrypted: { DB_PASSWORD: value } }],
  "a secret that stands in clear too": (sections, value) => [
    changed(sections, { "application.environment": { ADMIN_TOKEN: value } }),
    { encrypted: { ADMIN_TOKEN: value } },
  ],
  "a setting that does not exist": (sections, value) => [changed(sections, { "superuser.password": value }), {}],
  "a section that does not exist": (sections, value) => [{ ...sections, password: value }, {}],
  "a text in place of a section": (sections, value) => [{ ...sections, redis: value }, {}],
  "a command as one text": (sections, value) => [
    changed(sections, { "application.commands": { serve: `serve --password ${value}` } }),
    {},
  ],
  "an image with the registry's password": (sections, value) => [
    changed(sections, { "application.image": `https://user:${value.replaceAll("/", "x")}@registry.example.org/site` }),
    {},
  ],
  "a private key for the certificate": (sections, value) => [
    changed(sections, { "site.tls": { caCertificate: `-----BEGIN PRIVATE KEY-----\n${value}` } }),
    {},
  ],
  "an encrypted value in a section": (sections, value) => [
    changed(sections, { "postgres.password": value }),
    {},
    ["postgres"],
  ],
};

describe("a secret in clear", () => {
  for (const [what, plant] of Object.entries(places))
    it(`is refused and never shown: ${what}`, () => {
      fc.assert(
        fc.property(stack, secret, (sections, value) => {
          const error = failure(...plant(sections, value));
          assert.ok(error, "it was taken");
          const shown = `${error.message}${error.stack ?? ""}${JSON.stringify(error)}`;
          for (const form of [value, value.replaceAll("/", "x"), value.replaceAll("/", "%2F")])
            assert.ok(!shown.includes(form), error.message);
        }),
        fixed(25),
      );
    });

  it("is told by its name", () => {
    for (const name of [
      "ADMIN_TOKEN",
      "SENTRY_DSN",
      "RESEND_API_KEY",
      "EMAIL_HOST_PASSWORD",
      "SMTP_PASS",
      "FERNET_KEYS",
      "STRIPE_KEY",
      "AWS_SECRET_ACCESS_KEY",
      "PASSWORD_SALT",
      "SLACK_WEBHOOK_URL",
    ])
      assert.ok(namesSecret(name), name);
    for (const name of [
      "EMAIL_HOST",
      "NOTIFY_EMAIL",
      "THROTTLE_USER",
      "STRIPE_PUBLISHABLE_KEY",
      "COMPASS",
      "KEYBOARD",
      "MONKEY",
      "BYPASS_CACHE",
    ])
      assert.ok(!namesSecret(name), name);
  });

  it("is told by its form", () => {
    for (const value of [
      "postgres://site:hunter2@db:5432/site",
      "redis://:hunter2@redis:6379",
      '{"CACHE":"redis://:hunter2@redis:6379"}',
      '[{"redis://:hunter2@redis:6379":1}]',
      '{"CACHE":"redis://:hunter2@redis:6379"',
      'redis://:hunter"2@redis:6379',
      `https://${"0a".repeat(16)}@o1.ingest.example.org/2`,
      "-----BEGIN OPENSSH PRIVATE KEY-----",
      `AKIA${"A1".repeat(8)}`,
      `ghp_${"a1".repeat(18)}`,
      `sk_live_${"a1".repeat(12)}`,
    ])
      assert.ok(isSecret(value), value);
    for (const value of [
      "https://www.example.org/a:b@c",
      "smtp.example.org:587",
      "100/hour",
      "admin@example.org",
      "redis://redis:6379/0",
      '{"corsOrigins":["https://www.example.org"],"by":"admin@example.org"}',
    ])
      assert.ok(!isSecret(value), value);
  });

  it("is refused under an innocent name too", () => {
    const hidden = { "application.environment": { CACHE_URL: "redis://:hunter2@cache:6379" } };
    assert.deepEqual(refusals(changed(dev(), hidden)), [
      ["config.variable-in-clear", "application.environment.CACHE_URL"],
    ]);
  });

  it("has exact messages for secrets of the stack file", () => {
    const given = { clear: { RESEND_API_KEY: "x", "a-b": "x" }, encrypted: { SECRET_KEY: "x" } };
    assert.deepEqual(mistakes(dev(), given, ["nginx"]), [
      {
        code: "config.managed-variable",
        path: "secrets:SECRET_KEY",
        found: "is set by Socle itself",
        mend: "Remove it (`pulumi config rm secrets:SECRET_KEY`); it comes from rotation.secretKey (it is generated).",
      },
      {
        code: "config.secret-in-clear",
        path: "secrets:RESEND_API_KEY",
        found: "a secret in clear in the stack file",
        mend: "Run `pulumi config set --secret secrets:RESEND_API_KEY`; if it was ever committed, replace the secret.",
      },
      {
        code: "config.invalid-name",
        path: "secrets:a-b",
        found: "the name is not valid",
        mend: "Use capitals, digits and underscores: it becomes a variable of the application.",
      },
    ]);
    assert.deepEqual(mistakes({ ...dev(), nginx: { drain: 5 } }, {}, ["nginx"]), [
      {
        code: "config.misplaced-secret",
        path: "nginx",
        found: "holds an encrypted value, which would make the whole section unreadable in a preview",
        mend: "Take the value out and set it with `pulumi config set --secret secrets:NAME`.",
      },
    ]);
  });
});
