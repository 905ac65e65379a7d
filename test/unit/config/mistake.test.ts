import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { type MistakeCase, testMistakes } from "./mistake-cases.ts";
import { changed, dev, mistakes } from "./stack.ts";

const cases: MistakeCase[] = [
  // Wrong type
  [
    "a number in quotes",
    "config.wrong-value",
    { "site.ports.http": "8080" },
    "site.ports.http",
    'found "8080", expected a whole number from 1 to 65535',
    "Write 8080 without quotes.",
  ],
  [
    "a boolean in quotes",
    "config.wrong-value",
    { "worker.enabled": "false" },
    "worker.enabled",
    'found "false", expected true or false',
    "Write false without quotes.",
  ],
  [
    "a word for a number",
    "config.wrong-value",
    { "worker.concurrency": "many" },
    "worker.concurrency",
    'found "many", expected a whole number from 1 to 256',
    "Set it to a whole number from 1 to 256.",
  ],
  [
    "half a process",
    "config.wrong-value",
    { "application.workers": 1.5 },
    "application.workers",
    "found 1.5, expected a whole number from 1 to 128",
    "Set it to a whole number from 1 to 128.",
  ],
  [
    "nothing after the colon",
    "config.wrong-value",
    { "application.port": null },
    "application.port",
    "found no value, expected a whole number from 1 to 65535",
    "Set it to a whole number from 1 to 65535.",
  ],
  [
    "a text for a list",
    "config.wrong-value",
    { "application.commands": { migrate: "python manage.py migrate" } },
    "application.commands.migrate",
    "found a text, expected a list with at least one entry",
    "Write the command as a list of its arguments, such as [python, manage.py, migrate].",
  ],
  [
    "a text for a section",
    "config.wrong-value",
    { redis: "redis:7" },
    "redis",
    "found a text, expected a group of settings",
    "Write `redis:` with its settings below it: image, fsync, memory, cpus, stopGrace.",
  ],
  [
    "a list for a text",
    "config.wrong-value",
    { "postgres.database": ["site"] },
    "postgres.database",
    "found a list, expected a name in lower case, such as site",
    "Use lower-case letters, digits and underscores, not beginning with a digit or pg_.",
  ],
  [
    "a group as a variable",
    "config.wrong-value",
    { "application.environment": { LANGUAGE: { CODE: "fr" } } },
    "application.environment.LANGUAGE",
    "found a group of settings, expected text, a number, true or false",
    "Write NAME: value, the name in capitals, digits and underscores.",
  ],
  // Out of range
  [
    "too little memory",
    "config.wrong-value",
    { "redis.memory": 8 },
    "redis.memory",
    "found 8, expected a whole number of at least 32",
    "Set it to a whole number of at least 32.",
  ],
  [
    "too many processors",
    "config.wrong-value",
    { "worker.cpus": 1000 },
    "worker.cpus",
    "found 1000, expected a number from 0.05 to 128",
    "Set it to a number from 0.05 to 128.",
  ],
  [
    "a generation below 1",
    "config.wrong-value",
    { "rotation.secretKey": 0 },
    "rotation.secretKey",
    "found 0, expected a whole number from 1 to 1000000",
    "Set it to a whole number from 1 to 1000000.",
  ],
  [
    "an empty list",
    "config.wrong-value",
    { "worker.queues": [] },
    "worker.queues",
    "found an empty list, expected a list with at least one entry",
    "Write it as a list with at least one entry, such as [one, another].",
  ],
  // Not one of the choices
  [
    "an unknown tier",
    "config.wrong-value",
    { tier: "prod" },
    "tier",
    'found "prod", expected dev, staging or production',
    "Set it: `pulumi config set tier staging`.",
  ],
  [
    "an unknown version",
    "config.wrong-value",
    { "postgres.version": 14 },
    "postgres.version",
    "found 14, expected 15 or 16",
    "Choose 15 or 16.",
  ],
  [
    "an unknown kind of host",
    "config.wrong-value",
    { "host.type": "aws" },
    "host.type",
    'found "aws", expected local or ssh',
    "Set host.type to `local`, or to `ssh` with host.address and host.hostKey.",
  ],
  // Bad form
  [
    "a URL for a domain",
    "config.wrong-value",
    { "site.domains": ["localhost", "https://www.example.org/"] },
    "site.domains.1",
    'found "https://www.example.org/", expected a domain name in lower case, such as www.example.org',
    "Write the bare domain name in lower case: no scheme, no port, no path, no wildcard.",
  ],
  [
    "an origin with a path",
    "config.wrong-value",
    { "site.csrfOrigins": ["https://www.example.org/"] },
    "site.csrfOrigins.0",
    'found "https://www.example.org/", expected an origin, such as https://www.example.org',
    "Write scheme and host, and the port if it is not the default one; no path and no slash at the end.",
  ],
  [
    "a policy without frame-ancestors",
    "config.wrong-value",
    { "site.contentSecurityPolicy": "default-src 'self'" },
    "site.contentSecurityPolicy",
    "found \"default-src 'self'\", expected a policy in one line with frame-ancestors in it",
    'Write the policy in one line, with a frame-ancestors directive, without any of " $ { } \\ and without a semicolon at its end.',
  ],
  [
    "root as the application's user",
    "config.wrong-value",
    { "application.user": "0:0" },
    "application.user",
    'found "0:0", expected two numbers above 0, such as 1000:1000',
    "Write the two numbers, such as 1000:1000 (`docker run --rm IMAGE id` prints them).",
  ],
  [
    "an environment variable in small letters",
    "config.invalid-name",
    { "application.environment": { language: "fr" } },
    "application.environment.language",
    "the name is not valid",
    "Write NAME: value, the name in capitals, digits and underscores.",
  ],
  [
    "PostgreSQL's own role",
    "config.wrong-value",
    { "postgres.user": "postgres" },
    "postgres.user",
    'found "postgres", expected the name of a role of the site\'s own, such as site',
    "Use lower-case letters, digits and underscores; not postgres, public, none or a name that begins with pg_.",
  ],
  [
    "a folder that climbs",
    "config.wrong-value",
    { "application.mediaPath": "/app/../etc" },
    "application.mediaPath",
    'found "/app/../etc", expected the full path of a folder',
    "Write the folder's path inside the container from its slash on, such as /app/media; no `..`, no spaces.",
  ],
  [
    "an e-mail address without a domain",
    "config.wrong-value",
    { "superuser.email": "admin" },
    "superuser.email",
    'found "admin", expected an e-mail address',
    "Set it to an e-mail address.",
  ],
  [
    "a plain HTTP directory",
    "config.wrong-value",
    { "site.tls.directory": "http://acme.example.org/" },
    "site.tls.directory",
    'found "http://acme.example.org/", expected a URL that starts with https://',
    "Write the https URL of the ACME server's directory.",
  ],
];

describe("a setting with a wrong value", () => {
  testMistakes(dev, cases);

  it("shows a long value by its beginning", () => {
    const [mistake] = mistakes(changed(dev(), { "application.image": `Registry/${"x".repeat(300)}` }));
    assert.equal(
      mistake?.found,
      `found "Registry/${"x".repeat(68)}…", expected an image reference, such as registry.example.org/site@sha256:…`,
    );
  });
});
