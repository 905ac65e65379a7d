import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { changed, dev, mistakes, production, read, refusals } from "./stack.ts";

describe("reading a configuration", () => {
  it("fills in every default", () => {
    const { settings, secrets } = read(dev());
    assert.deepEqual(secrets, {});
    assert.deepEqual(settings, defaults);
  });

  it("fills in the defaults of an SSH host", () => {
    const { address, hostKey } = production().host as { address: string; hostKey: string };
    assert.deepEqual(read(production()).settings.host, {
      type: "ssh",
      address,
      hostKey,
      port: 22,
      user: "root",
      prepare: true,
      minimum: { cpus: 2, memory: 3500, disk: 45 },
    });
  });

  it("takes an IPv6 address and a name as the server's", () => {
    for (const address of ["2001:db8::10", "::1", "server-1.example.org", "203.0.113.10"])
      assert.deepEqual(mistakes(changed(production(), { "host.address": address })), [], address);
    assert.equal(mistakes(changed(production(), { "host.address": "server:22" })).length, 1);
  });

  it("reports all mistakes at once, also those between settings", () => {
    const found = refusals(
      changed(production(), {
        "application.debug": true,
        "application.environment": { DEBUG: true },
        "site.domain": "www.example.org",
        "site.ports": { http: "80", https: 70000 },
        "postgres.version": 9,
        "worker.stopGrace": 60,
        sites: 1,
      }),
      { clear: { RESEND_API_KEY: "re_123" } },
    );
    assert.deepEqual(found, [
      ["config.unknown-setting", "sites"],
      ["config.secret-in-clear", "secrets:RESEND_API_KEY"],
      ["config.wrong-value", "site.ports.http"],
      ["config.wrong-value", "site.ports.https"],
      ["config.unknown-setting", "site.domain"],
      ["config.wrong-value", "postgres.version"],
      ["config.debug-in-production", "application.debug"],
      ["config.worker-stop-grace-too-short", "worker.stopGrace"],
      ["config.variable-set-twice", "application.environment.DEBUG"],
    ]);
  });
});

const stopGrace = (seconds: number): { stopGrace: number } => ({ stopGrace: seconds });
const defaults = {
  tier: "dev",
  host: { type: "local", socket: "unix:///var/run/docker.sock" },
  site: {
    domains: ["localhost"],
    ports: { http: 80, https: 443 },
    tls: { mode: "selfSigned", directory: "https://acme-v02.api.letsencrypt.org/directory" },
    contentSecurityPolicy:
      "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    maxBodySize: 50,
    rateLimit: {
      enabled: true,
      perMinute: 20,
      burst: 10,
      paths: ["/admin/login/", "/api/session/", "/api/login/", "/api/auth/"],
    },
    apiPath: ["/api/"],
  },
  registry: undefined,
  application: {
    image: "site:dev",
    preset: "django",
    server: "gunicorn",
    workers: 4,
    port: 8000,
    timeout: 60,
    user: "1000:1000",
    memory: 768,
    cpus: 1,
    healthPath: "/health/",
    startTimeout: 120,
    staticPath: "/app/staticfiles",
    mediaPath: "/app/media",
    debug: false,
    environment: {},
    commands: {},
    ...stopGrace(75),
  },
  worker: { enabled: true, app: "core", concurrency: 2, longestTask: 60, memory: 768, cpus: 1, ...stopGrace(90) },
  beat: { enabled: true, memory: 256, cpus: 0.5, ...stopGrace(20) },
  backup: {
    enabled: true,
    times: ["02:30"],
    timeZone: "UTC",
    commandTimeout: 3600,
    keep: { daily: 7, weekly: 4, monthly: 12, releases: 10 },
    drill: { day: "sunday", offsiteDays: 28, queries: {} },
    overdue: { backup: 26, copy: 50, drill: 192, offsiteDrill: 720 },
    image: "restic/restic:0.18.0",
    memory: 512,
    cpus: 1,
  },
  frontend: undefined,
  postgres: {
    version: 15,
    volume: "postgres",
    memory: 1024,
    cpus: 1,
    database: "site",
    user: "site",
    maxConnections: 100,
    ...stopGrace(60),
  },
  redis: { image: "redis:7", fsync: "always", memory: 256, cpus: 0.5, ...stopGrace(30) },
  migrations: {
    approved: [],
    lockTimeout: 1,
    retries: 5,
    statementTimeout: 900,
    timeout: 3600,
    onFailure: "reverse",
    squawk: { exclude: [] },
  },
  nginx: { image: "nginx:1.26", memory: 128, cpus: 1, drain: 30 },
  certbot: { image: "certbot/certbot:v4.0.0", memory: 192 },
  superuser: undefined,
  release: { smokeChecks: [], hold: 5, keep: 5 },
  rotation: { secretKey: 1, databasePassword: 1, redisPassword: 1, adminPassword: 1 },
  data: { keepOnDestroy: true },
  policies: { enforcement: {}, waivers: [] },
  evidence: { publicKeys: [] },
  documentation: {},
  notifications: { events: ["start", "success", "failure", "rollback", "backup"], name: "Socle" },
};
