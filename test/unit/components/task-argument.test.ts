// Tasks on the host: what each is given.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { smokeCheckLines, smokeChecks } from "../../../config/smoke-checks.ts";
import { lines } from "./command-line.ts";
import { imageId } from "./engine.ts";
import { deploy, type Deployment, devExample, digest, production } from "./stack.ts";

const site = imageId(`registry.example.com/site@${digest("a")}`);

describe("tasks, by what they are given,", () => {
  let dev: Deployment;
  let server: Deployment;
  before(async () => {
    dev = await deploy("dev", devExample());
    server = await deploy("production", production());
  });

  it("prepare the host as the settings say", () => {
    assert.deepEqual(lines(dev)["host-ready"]?.slice(2), [
      "prepare.sh",
      "mode=local",
      "stack=socle-dev",
      "http=8080",
      "https=8443",
      "cpus=0",
      "memory=0",
      "disk=0",
      "user=you",
    ]);
    assert.deepEqual(lines(server)["host-ready"]?.slice(2), [
      "prepare.sh",
      "mode=prepare",
      "stack=socle-production",
      "http=80",
      "https=443",
      "cpus=2",
      "memory=3500",
      "disk=45",
      "user=deploy",
    ]);
  });

  it("tell the host's preparation when it ran before", () => {
    const { create, update } = dev.resource("command:Command host-ready").inputs;
    assert.equal(update, `${String(create)} again=yes`);
  });

  it("only check a host that must not be prepared", async () => {
    const host = { ...(production()["host"] as object), prepare: false, minimum: { cpus: 4, memory: 8000, disk: 80 } };
    const checked = await deploy("production", { ...production(), host });
    assert.deepEqual(lines(checked)["host-ready"]?.slice(3), [
      "mode=check",
      "stack=socle-production",
      "http=80",
      "https=443",
      "cpus=4",
      "memory=8000",
      "disk=80",
      "user=deploy",
    ]);
  });

  it("are given these arguments", () => {
    const stack = "socle-production";
    const hash = server.outputs.release.split("-")[1] ?? "";
    const { model } = server;
    // What still works with a former password: a task, a request, a connection, and ten minutes for the deployment.
    const handover = String(model.worker.stopGrace + model.application.stopGrace + model.nginx.drain + 600);
    const found = lines(server);
    const [, configuration = ""] =
      /\bconfiguration=(\S*)/.exec(found["nginx-configuration-loaded"]?.join(" ") ?? "") ?? [];
    assert.match(configuration, /^[0-9a-f]{12}$/);
    const expected: Record<string, string[]> = {
      "application-volume-owner": [
        "volume-owner.sh",
        imageId("postgres:16"),
        "1000:1000",
        `${stack}-media`,
        `${stack}-static`,
      ],
      "application-environment-file": [
        "volume-files.sh",
        `${stack}-environment-${hash}`,
        imageId("postgres:16"),
        "1000:1000",
        "all",
      ],
      "application-environment-volumes": ["environment-volumes.sh", stack, `${stack}-environment-${hash}`],
      "beat-schedule-owner": ["volume-owner.sh", imageId("postgres:16"), "1000:1000", `${stack}-beat`],
      "postgres-secret-files": [
        "volume-files.sh",
        `${stack}-postgres-secrets`,
        imageId("postgres:16"),
        "999:999",
        "all",
      ],
      "postgres-database": [
        "postgres/database.sh",
        `container=${stack}-postgres`,
        "database=shop",
        "owner=shop",
        "login=shop_a",
        "previous=shop_b",
        `seconds=${handover}`,
        "backup=shop_backup",
      ],
      "redis-password": [
        "redis/password.sh",
        `container=${stack}-redis`,
        `volume=${stack}-redis-secrets`,
        `image=${imageId("redis:7")}`,
        "owner=999:999",
        `seconds=${handover}`,
      ],
      "backup-volume-owner": ["volume-owner.sh", imageId("postgres:16"), "1000:1000", `${stack}-backups`],
      "backup-restic": ["restic.sh", imageId("restic/restic:0.18.0"), `${stack}-backup-tools`],
      "backup-programs": ["volume-files.sh", `${stack}-backup-tools`, imageId("postgres:16"), "1000:1000", "all"],
      "backup-secret-files": [
        "volume-files.sh",
        `${stack}-backup-secrets`,
        imageId("postgres:16"),
        "1000:1000",
        "all",
        "repository-key",
      ],
      "frontend-copy": [
        "frontend.sh",
        `image=${imageId(`registry.example.com/spa@${digest("b")}`)}`,
        "path=/srv/spa",
        `volume=${stack}-frontend`,
        `release=${"b".repeat(12)}`,
        "keep=5",
      ],
      "static-files-pruned": [
        "static/prune.sh",
        `stack=${stack}`,
        `release=${server.outputs.release}`,
        "keep=5",
        `image=${imageId("nginx:1.26")}`,
        "user=1000:1000",
        `volume=${stack}-static`,
      ],
      "nginx-volume-owner": [
        "volume-owner.sh",
        imageId("nginx:1.26"),
        "101:101",
        `${stack}-nginx-configuration`,
        `${stack}-nginx-cache`,
        `${stack}-acme-challenges`,
      ],
      "nginx-configuration-loaded": [
        "nginx/apply.sh",
        `container=${stack}-nginx`,
        `image=${imageId("nginx:1.26")}`,
        `volume=${stack}-nginx-configuration`,
        `network=${stack}-edge`,
        `certificates=${stack}-certificates`,
        `configuration=${configuration}`,
        "drain=30",
        `upstream=${stack}-backend-0f1e2d3:8000`,
        "start=120",
        `worker=${stack}-worker-0f1e2d3`,
        "worker_start=120",
        "health=/health/",
        "domains=www.example.com,example.com",
        `release=${server.outputs.release}`,
        "hold=5",
      ],
      "nginx-smoke-checked": ["nginx/check.sh", `${stack}-nginx`, "nginx-id", smokeCheckLines(smokeChecks(model))],
      "worker-healthy": ["healthy.sh", `${stack}-worker-0f1e2d3`, "120", "alone", `${stack}-worker`.slice(0, 12)],
      "postgres-healthy": ["healthy.sh", `${stack}-postgres`, "120", "alone", "postgres-id"],
      "redis-healthy": ["healthy.sh", `${stack}-redis`, "120", "alone", "redis-id"],
      "nginx-healthy": ["healthy.sh", `${stack}-nginx`, "120", "alone", "nginx-id"],
      "beat-healthy": ["healthy.sh", `${stack}-beat`, "120", "alone", "beat-id"],
      "certbot-healthy": ["healthy.sh", `${stack}-certbot`, "180", "alone", "certbot-id"],
      "certificate-self-signed-file": [
        "volume-files.sh",
        `${stack}-certificates`,
        imageId("nginx:1.26"),
        "101:101",
        "missing",
      ],
      "certbot-volume-owner": ["volume-owner.sh", imageId("certbot/certbot:v4.0.0"), "101:101", `${stack}-letsencrypt`],
      "certbot-issued": [
        "certbot/wait.sh",
        `container=${stack}-certbot`,
        `nginx=${stack}-nginx`,
        "seconds=90",
        "domains=www.example.com,example.com",
        "directory=https://acme-v02.api.letsencrypt.org/directory",
      ],
    };
    for (const [name, words] of Object.entries(expected)) assert.deepEqual(found[name]?.slice(2), words, name);
    const others = Object.keys(found).filter((name) => !(name in expected));
    assert.deepEqual(others.filter((name) => !name.startsWith("backup-")).sort(), [
      "host-ready",
      "migrate",
      "postgres-version",
      "static-files-names",
      "superuser-root-admin-1",
    ]);
  });

  it("of a release run its own image with its own environment, as safely as its containers", async () => {
    const commands = { collectstatic: ["make", "static"], superuser: server.model.commands.superuser };
    const { collectstatic } = commands;
    const application = { ...(production()["application"] as object), commands: { collectstatic } };
    const own = await deploy("production", { ...production(), application });
    const hash = own.outputs.release.split("-")[1] ?? "";
    for (const [name, purpose, command] of [
      ["collectstatic", "collectstatic", commands.collectstatic],
      ["superuser-root-admin-1", "superuser", commands.superuser],
    ] as const) {
      const words = lines(own)[name] ?? [];
      const image = words.indexOf(site);
      assert.ok(image > 0, name);
      const flags = words.slice(0, image);
      assert.deepEqual(flags.slice(2, 5), ["task.sh", `socle-production-${purpose}`, "socle-production-edge"], name);
      for (const flag of [
        "--network=socle-production-data",
        "--user=1000:1000",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges:true",
        "--memory=768m",
        "--memory-swap=768m",
        "--log-driver=none",
        `--mount=type=volume,source=socle-production-environment-${hash},target=/run/socle,volume-nocopy,readonly`,
        "--entrypoint=/bin/sh",
      ])
        assert.ok(flags.includes(flag), `${name}: ${flag}`);
      assert.deepEqual(words.slice(image + 1, image + 4), [
        "-c",
        'set -a; . /run/socle/environment; set +a; exec "$@"',
        "socle",
      ]);
      assert.ok(command);
      assert.deepEqual(words.slice(-command.length), command, name);
    }
  });

  it("migrate with all that guards it: approval in production, limits, a backup, and the application's own commands", () => {
    const settings = (deployment: Deployment): Record<string, string> => {
      const words = lines(deployment)["migrate"] ?? [];
      assert.equal(words[2], "migrate.sh");
      return Object.fromEntries(
        words.slice(3).map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
      );
    };
    const { container = "", prepare = "", plan = "", ...found } = settings(server);
    assert.deepEqual(found, {
      stack: "socle-production",
      called: "production",
      database: "shop",
      approval: "required",
      approved: "",
      lock: "1",
      statement: "900",
      retries: "5",
      failure: "reverse",
      backup: "socle-production-backup",
      join: "socle-production-edge",
      pending: "python manage.py migrate --check --noinput",
      migrate: "python manage.py migrate --noinput",
      step: "python manage.py migrate --noinput",
      reverse: "python manage.py migrate --noinput",
    });
    for (const words of [prepare, plan]) assert.match(words, /^python manage\.py shell -c '/);
    assert.match(prepare, /collectstatic/);
    for (const flag of ["--read-only", "--cap-drop=ALL", "--network=socle-production-data", site])
      assert.ok(container.split(" ").includes(flag), flag);
    assert.ok(container.endsWith(" socle"), container);
    assert.equal("approval" in settings(dev), false);
  });

  it("tell Nginx the release's own container and folder", () => {
    const { stdin } = server.resource("command:Command nginx-configuration-loaded").inputs;
    assert.ok(typeof stdin === "string");
    assert.ok(stdin.includes('set $application "socle-production-backend-0f1e2d3:8000";'));
    assert.ok(stdin.includes("root /srv/frontend/bbbbbbbbbbbb;"));
    assert.ok(!stdin.includes("@"), "a name of the template was left unfilled");
  });
});
