// Containers: what each has of its own.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { seconds } from "../../../components/container.ts";
import { inputsOf, serviceOf } from "./container.ts";
import { imageId, type Registered } from "./engine.ts";
import { deploy, type Deployment, devExample, digest, production } from "./stack.ts";

const site = `registry.example.com/site@${digest("a")}`;
const releaseMounts = (stack: string, hash: string): string[] => [
  `${stack}-static /app/staticfiles`,
  `${stack}-media /app/media`,
  `${stack}-environment-${hash} /run/socle ro`,
];

describe("containers", () => {
  let dev: Deployment;
  let server: Deployment;
  before(async () => {
    dev = await deploy("dev", devExample());
    server = await deploy("production", production());
  });
  const all = (): Registered[] => [...dev.containers, ...server.containers];
  const byService = <T>(deployment: Deployment, what: (container: Registered) => T): Record<string, T> =>
    Object.fromEntries(deployment.containers.map((container) => [serviceOf(container), what(container)]));

  it("run images by the identity of their content, and say in a label which were asked for", () => {
    const images = {
      postgres: "postgres:16",
      redis: "redis:7",
      backend: site,
      worker: site,
      beat: site,
      nginx: "nginx:1.26",
      backup: "postgres:16",
      certbot: "certbot/certbot:v4.0.0",
    };
    assert.deepEqual(
      byService(server, (container) => inputsOf(container).image),
      Object.fromEntries(Object.entries(images).map(([service, reference]) => [service, imageId(reference)])),
    );
    const label = (container: Registered): string | undefined =>
      inputsOf(container).labels.find(({ label: name }) => name === "socle.image")?.value;
    assert.deepEqual(byService(server, label), images);
    const built = `socle-example-site:dev@${imageId("socle-example-site:dev")}`;
    assert.equal(byService(dev, label)["backend"], built);
    assert.equal(
      byService(dev, (container) => inputsOf(container).image)["backend"],
      imageId("socle-example-site:dev"),
    );
  });

  it("overlap in a release where they may, and nowhere else", () => {
    const first = (container: Registered): boolean => container.deleteBeforeReplace;
    assert.deepEqual(byService(server, first), {
      postgres: true,
      redis: true,
      backend: false,
      worker: false,
      beat: true,
      nginx: true,
      backup: true,
      certbot: true,
    });
    for (const container of all()) {
      // Two generations side by side cannot have one name.
      assert.equal("name" in container.inputs, container.deleteBeforeReplace, container.key);
      assert.equal("hostname" in container.inputs, container.deleteBeforeReplace, container.key);
    }
  });

  it("are on these networks, under these names", () => {
    const networks = (container: Registered): string[] =>
      inputsOf(container).networksAdvanced.map(({ name, aliases }) =>
        [name.replace(`${server.model.name}-`, ""), ...aliases].join(" "),
      );
    assert.deepEqual(byService(server, networks), {
      postgres: ["data postgres"],
      redis: ["data redis"],
      backend: ["edge", "data"],
      worker: ["edge", "data"],
      beat: ["edge", "data"],
      nginx: ["edge"],
      backup: ["data"],
      certbot: ["edge"],
    });
  });

  it("publish no port but Nginx's two", () => {
    const ports = (container: Registered): string[] =>
      inputsOf(container).ports.map(
        ({ ip, external, internal, protocol }) => `${ip}:${String(external)}→${String(internal)}/${protocol}`,
      );
    const none = { postgres: [], redis: [], backend: [], worker: [], beat: [], backup: [] };
    assert.deepEqual(byService(dev, ports), { ...none, nginx: ["0.0.0.0:8080→8080/tcp", "0.0.0.0:8443→8443/tcp"] });
    assert.deepEqual(byService(server, ports), {
      ...none,
      nginx: ["0.0.0.0:80→8080/tcp", "0.0.0.0:443→8443/tcp"],
      certbot: [],
    });
  });

  it("mount these volumes, and write only where they must", () => {
    const mounts = (container: Registered): string[] =>
      inputsOf(container).mounts.map(({ source, target, readOnly }) => `${source} ${target}${readOnly ? " ro" : ""}`);
    const stack = server.model.name;
    const hash = server.outputs.release.split("-")[1] ?? "";
    assert.deepEqual(byService(server, mounts), {
      postgres: [`${stack}-postgres /var/lib/postgresql/data`, `${stack}-postgres-secrets /run/socle ro`],
      redis: [`${stack}-redis /data`, `${stack}-redis-secrets /run/socle ro`],
      backend: releaseMounts(stack, hash),
      worker: releaseMounts(stack, hash),
      beat: [...releaseMounts(stack, hash), `${stack}-beat /var/lib/beat`],
      nginx: [
        `${stack}-nginx-configuration /etc/socle ro`,
        `${stack}-certificates /etc/certificates ro`,
        `${stack}-nginx-cache /var/cache/socle`,
        `${stack}-acme-challenges /srv/challenges ro`,
        `${stack}-static /srv/static ro`,
        `${stack}-media /srv/media ro`,
        `${stack}-frontend /srv/frontend ro`,
      ],
      backup: [
        `${stack}-backups /backups`,
        `${stack}-media /media ro`,
        `${stack}-backup-tools /tools ro`,
        `${stack}-backup-secrets /run/socle ro`,
      ],
      certbot: [
        `${stack}-certificates /etc/certificates`,
        `${stack}-letsencrypt /etc/letsencrypt`,
        `${stack}-acme-challenges /srv/challenges`,
      ],
    });
  });

  it("work as these users, with temporary folders of their own", () => {
    assert.deepEqual(
      byService(dev, (container) => [inputsOf(container).user, inputsOf(container).tmpfs]),
      {
        postgres: ["999:999", { "/tmp": "", "/var/run/postgresql": "uid=999,gid=999,mode=0755" }],
        redis: ["999:999", { "/tmp": "" }],
        backend: ["10001:10001", { "/tmp": "uid=10001,gid=10001,mode=0700,size=256m" }],
        worker: ["10001:10001", { "/tmp": "uid=10001,gid=10001,mode=0700,size=256m" }],
        beat: ["10001:10001", { "/tmp": "uid=10001,gid=10001,mode=0700,size=256m" }],
        nginx: ["101:101", { "/tmp": "uid=101,gid=101,mode=0700,size=16m" }],
        backup: ["10001:10001", { "/tmp": "uid=10001,gid=10001,mode=0700,size=64m" }],
      },
    );
  });

  it("show these variables and no others", () => {
    const { release } = server.outputs;
    assert.deepEqual(
      byService(server, (container) => inputsOf(container).envs),
      {
        postgres: [
          "PGDATA=/var/lib/postgresql/data",
          "POSTGRES_INITDB_ARGS=--data-checksums --auth-host=scram-sha-256 --auth-local=trust",
          "POSTGRES_PASSWORD_FILE=/run/socle/password",
        ],
        redis: [],
        backend: [`SOCLE_RELEASE=${release}`],
        worker: [`SOCLE_RELEASE=${release}`],
        beat: [`SOCLE_RELEASE=${release}`],
        nginx: [],
        backup: [
          "BACKUP_TIMES=02:30",
          "DRILL_DAY=7",
          "KEEP_RELEASE=10",
          "KEEP_SCHEDULED=--keep-daily 7 --keep-weekly 4 --keep-monthly 12",
          "PGDATABASE=shop",
          "PGHOST=postgres",
          "PGPASSFILE=/run/socle/pgpass",
          "PGUSER=shop_backup",
          "RESTIC_CACHE_DIR=/backups/cache",
          "RESTIC_PASSWORD_FILE=/run/socle/repository-key",
          "RESTIC_REPOSITORY=/backups/repository",
          "STACK=socle-production",
          "TZ=UTC",
        ],
        certbot: [
          "DIRECTORY=https://acme-v02.api.letsencrypt.org/directory",
          "DOMAINS=www.example.com,example.com",
          "EMAIL=operator@example.com",
        ],
      },
    );
  });

  it("carry labels by which stack, service, image and release are told", () => {
    const names = (container: Registered): string[] => inputsOf(container).labels.map(({ label }) => label);
    const common = ["socle.image", "socle.service", "socle.stack"];
    const release = ["socle.environment", "socle.image", "socle.release", "socle.service", "socle.stack"];
    assert.deepEqual(byService(server, names), {
      postgres: common,
      redis: common,
      backend: release,
      worker: release,
      beat: release,
      nginx: common,
      backup: ["socle.image", "socle.programs", "socle.service", "socle.stack"],
      certbot: common,
    });
  });

  it("run the application's commands as their first process, with its environment", () => {
    const { commands } = server.model;
    for (const [service, command] of [
      ["backend", commands.serve],
      ["worker", commands.worker],
      ["beat", commands.beat],
    ] as const) {
      const container = server.containers.find((candidate) => serviceOf(candidate) === service);
      assert.ok(container);
      assert.deepEqual(inputsOf(container).entrypoints, [
        "/bin/sh",
        "-c",
        'set -a; . /run/socle/environment; set +a; exec "$@"',
      ]);
      assert.deepEqual(inputsOf(container).command, ["socle", ...command]);
    }
  });

  it("of PostgreSQL and Redis are told how safe to be with data", () => {
    const postgres = inputsOf(server.resource("docker:Container postgres"));
    assert.equal(postgres.command?.[0], "postgres");
    assert.ok(postgres.command.includes("password_encryption=scram-sha-256"));
    assert.ok(postgres.command.includes("shared_buffers=512MB"));
    assert.equal(postgres.shmSize, 512);
    assert.equal(server.resource("docker:Container postgres").inputs["stopSignal"], "SIGINT");
    assert.deepEqual(inputsOf(server.resource("docker:Container redis")).command, [
      "redis-server",
      ...["--appendonly", "yes"],
      ...["--appendfsync", "always"],
      ...["--maxmemory", "153mb"],
      ...["--maxmemory-policy", "noeviction"],
      ...["--aclfile", "/run/socle/users.acl"],
    ]);
  });

  it("of Nginx ends requests before it stops", () => {
    const nginx = server.resource("docker:Container nginx");
    assert.equal(nginx.inputs["stopSignal"], "SIGQUIT");
    assert.equal(inputsOf(nginx).stopTimeout, server.model.nginx.drain + 5);
  });

  it("write durations as the engine does", () => {
    for (const [count, written] of [
      [0, "0s"],
      [5, "5s"],
      [60, "1m0s"],
      [90, "1m30s"],
      [3600, "1h0m0s"],
      [3725, "1h2m5s"],
    ] as const)
      assert.equal(seconds(count), written);
  });
});
