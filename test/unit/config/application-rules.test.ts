import { describe } from "mocha";

import { applicationRules } from "../../../config/application-rules.ts";
import { type RuleCase, testRules } from "./rule-cases.ts";

const custom = {
  "application.preset": "custom",
  "application.commands": { serve: ["./serve"], health: ["./health"] },
  "worker.enabled": false,
  "beat.enabled": false,
};

const cases: RuleCase[] = [
  {
    rule: "runs without `application.debug`",
    bad: { "application.debug": true },
    lines: [
      [
        "application.debug",
        "found true in production: DEBUG shows settings and source to visitors (Django security.W018)",
        "Set it to false or remove it.",
      ],
    ],
    good: { "application.debug": true, tier: "staging" },
  },
  {
    rule: "named by digest",
    bad: { "application.image": "registry.example.org/site:1.2" },
    lines: [
      [
        "application.image",
        'found "registry.example.org/site:1.2", a tag: what it names can change between preview and up',
        "Name the image by digest, as registry/name@sha256:… (`docker inspect --format '{{index .RepoDigests 0}}' IMAGE` prints it).",
      ],
    ],
    good: {
      "application.image": "site:dev",
      tier: "dev",
      host: { type: "local" },
    },
  },
  {
    rule: "`host.minimum.memory` of at least 1024 MiB",
    bad: { "host.minimum": { memory: 512 } },
    lines: [["host.minimum.memory", "found 512 MiB: production does not fit", "Set it to at least 1024."]],
    good: { "host.minimum": { memory: 1024 } },
  },
  {
    rule: "every command that is needed is given",
    bad: {
      "application.preset": "custom",
      "superuser.username": "root",
      "beat.enabled": false,
      "worker.command": ["./work"],
    },
    lines: [
      ...["serve", "health"].map((name): [string, string, string] => [
        `application.commands.${name}`,
        "is required with preset custom and was not set",
        "Give the command as a list of its arguments.",
      ]),
      [
        "application.commands.superuser",
        "is required with preset custom and was not set",
        "Give the command as a list of its arguments, or remove the section superuser.",
      ],
      [
        "worker.health",
        "is required with preset custom and was not set",
        "Give the command as a list of its arguments, or set worker.enabled to false.",
      ],
    ],
    good: custom,
  },
  {
    rule: "an application that migrates can say what is pending",
    bad: { ...custom, "application.commands.migrate": ["./migrate"] },
    lines: [
      [
        "application.commands.plan",
        "is required in production with application.commands.migrate and was not set",
        "Give the command that prints what is pending as JSON: docs/migrations.md describes it.",
      ],
    ],
    good: {
      ...custom,
      "application.commands.migrate": ["./migrate"],
      "application.commands.plan": ["./migrate", "--plan"],
    },
  },
  {
    rule: "gunicorn serves a WSGI entry",
    bad: { "application.module": "core.asgi:application" },
    lines: [
      [
        "application.module",
        'found "core.asgi:application", for server gunicorn, which speaks WSGI',
        "Name the WSGI entry, or set application.server to uvicorn or daphne.",
      ],
    ],
    good: { "application.module": "core.asgi:application", "application.server": "daphne" },
  },
  {
    rule: "gunicorn serves a WSGI entry",
    bad: { "application.module": "core.wsgi:application", "application.server": "uvicorn" },
    lines: [
      [
        "application.module",
        'found "core.wsgi:application", for server uvicorn, which speaks ASGI',
        "Name the ASGI entry, or set application.server to gunicorn.",
      ],
    ],
    good: { "application.module": "core.wsgi:application" },
  },
  {
    rule: "longer than `application.timeout`",
    bad: { "application.timeout": 71 },
    lines: [
      [
        "application.stopGrace",
        "found 75 s with an application.timeout of 71 s: a release would cut requests",
        "Set it to at least 76, or lower application.timeout.",
      ],
    ],
    good: { "application.timeout": 70 },
  },
  {
    rule: "longer than `worker.longestTask`",
    bad: { "worker.longestTask": 90 },
    lines: [
      [
        "worker.stopGrace",
        "found 90 s, not more than worker.longestTask (90 s): a release would kill tasks",
        "Set it above worker.longestTask.",
      ],
    ],
    good: { "worker.longestTask": 89 },
  },
  {
    rule: "neither inside the other",
    bad: { "application.staticPath": "/srv/files", "application.mediaPath": "/srv/files/media/" },
    lines: [
      [
        "application.staticPath",
        "found /srv/files/ with an application.mediaPath of /srv/files/media/: static files and media need a folder each",
        "Set application.staticPath and application.mediaPath to two folders, neither inside the other.",
      ],
    ],
    good: { "application.staticPath": "/srv/files", "application.mediaPath": "/srv/files-media" },
  },
  {
    rule: "`postgres.memory` has room",
    bad: { "postgres.memory": 256, "postgres.maxConnections": 200 },
    lines: [
      [
        "postgres.maxConnections",
        "found 200 connections in 256 MiB of memory: they would not fit",
        "Set postgres.memory to at least 267, or allow fewer connections.",
      ],
    ],
    good: { "postgres.memory": 267, "postgres.maxConnections": 200 },
  },
  {
    rule: "another one than `postgres.volume`",
    bad: { "postgres.volume": "postgres-16", "postgres.formerVolume": "postgres-16" },
    lines: [
      [
        "postgres.formerVolume",
        "found postgres-16, which is the one that serves",
        "Remove it, or leave both as `socle upgrade postgres` wrote them.",
      ],
    ],
    good: { "postgres.volume": "postgres-16", "postgres.formerVolume": "postgres" },
  },
  {
    rule: "no variable that Socle sets or that is a secret too",
    bad: { "application.environment": { DB_HOST: "db.example.org", NOTIFY_EMAIL: "admin@example.org" } },
    secrets: ["NOTIFY_EMAIL"],
    lines: [
      [
        "application.environment.DB_HOST",
        "is set by Socle itself",
        "Remove it; it comes from the stack's own database.",
      ],
      ["application.environment.NOTIFY_EMAIL", "is also a secret (secrets:NOTIFY_EMAIL)", "Keep one of the two."],
    ],
    good: { "application.environment": { EMAIL_HOST: "smtp.example.org" } },
  },
  {
    rule: "no secret in clear",
    bad: { "application.environment": { ADMIN_TOKEN: "abc" } },
    lines: [
      [
        "application.environment.ADMIN_TOKEN",
        "looks like a secret in clear (its value is not shown here)",
        "Remove it here and run `pulumi config set --secret secrets:ADMIN_TOKEN`; if it was ever committed, replace the secret.",
      ],
    ],
    good: { "application.environment": { THROTTLE_ANON: "100/hour", RESEND_PUBLIC_KEY: "pk" } },
  },
];

describe("settings of the application that contradict one another", () => {
  testRules(applicationRules, cases);
});
