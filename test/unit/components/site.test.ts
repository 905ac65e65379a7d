// The whole site: which resources there are, under which component, on which host. What the engine makes of them, the
// end-to-end tests show.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { deploy, type Deployment, devExample, digest, production } from "./stack.ts";

/** The resources as an indented tree. */
function tree({ resources }: Deployment): string {
  const lines = (parent: string | undefined, depth: number): string[] =>
    resources
      .filter((resource) => resource.parent === parent)
      .map(({ key }) => key)
      .sort()
      .flatMap((key) => [`${"  ".repeat(depth)}${key}`, ...lines(key, depth + 1)]);
  return lines(undefined, 0).join("\n");
}

/** Both texts without the indentation of the source. */
const text = (block: string): string => block.replace(/^\n/, "").replaceAll(/^ {6}/gm, "").trimEnd();

describe("site", () => {
  let dev: Deployment;
  let server: Deployment;
  before(async () => {
    dev = await deploy("dev", devExample());
    server = await deploy("production", production(), { SENTRY_DSN: "https://key@errors.example.com/1" });
  });

  it("of the dev example has exactly these resources", () => {
    assert.equal(
      tree(dev),
      text(`
      socle:Site site
        socle:Application application
          command:Command application-environment-file
          command:Command application-environment-volumes
          command:Command application-volume-owner
          docker:Volume application-environment
          docker:Volume application-media
          docker:Volume application-static
        socle:Backend backend
          docker:Container socle-dev-backend
        socle:Backup backup
          command:Command backup-healthy
          command:Command backup-programs
          command:Command backup-restic
          command:Command backup-secret-files
          command:Command backup-volume-owner
          docker:Container backup
          docker:RemoteImage backup-restic-image
          docker:Volume backup-repository
          docker:Volume backup-secrets
          docker:Volume backup-tools
        socle:Celery celery
          command:Command beat-healthy
          command:Command beat-schedule-owner
          command:Command worker-healthy
          docker:Container beat
          docker:Container socle-dev-worker
          docker:Volume beat-schedule
        socle:Certificate certificate
          command:Command certificate-self-signed-file
          docker:Volume certificate-files
          tls:PrivateKey certificate-self-signed-key
          tls:SelfSignedCert certificate-self-signed
        socle:DockerHost host
          command:Command host-ready
          provider:docker host
        socle:Frontend frontend
          command:Command frontend-copy
          docker:Volume frontend-files
        socle:Migration migration
          command:Command migrate
          command:Command superuser-admin-1
        socle:Networks network
          docker:Network network-data
          docker:Network network-edge
        socle:Nginx nginx
          command:Command nginx-configuration-loaded
          command:Command nginx-healthy
          command:Command nginx-smoke-checked
          command:Command nginx-volume-owner
          docker:Container nginx
          docker:RemoteImage nginx-image
          docker:Volume nginx-cache
          docker:Volume nginx-challenges
          docker:Volume nginx-configuration
        socle:Postgres postgres
          command:Command postgres-database
          command:Command postgres-healthy
          command:Command postgres-secret-files
          command:Command postgres-version
          docker:Container postgres
          docker:RemoteImage postgres-image
          docker:Volume postgres-data
          docker:Volume postgres-secrets
          random:RandomId postgres-data
        socle:Redis redis
          command:Command redis-healthy
          command:Command redis-password
          docker:Container redis
          docker:RemoteImage redis-image
          docker:Volume redis-data
          docker:Volume redis-secrets
        socle:Secrets secrets
          random:RandomPassword secrets-admin-password
          random:RandomPassword secrets-backup-password
          random:RandomPassword secrets-database-password
          random:RandomPassword secrets-hash-key
          random:RandomPassword secrets-postgres-password
          random:RandomPassword secrets-redis-password
          random:RandomPassword secrets-repository-key
          random:RandomPassword secrets-secret-key-1
        socle:StaticFiles static-files
          command:Command static-files-names
          command:Command static-files-pruned`),
    );
  });

  it("on a server has these besides: images by digest, Certbot, containers named after the stack", () => {
    const lines = (deployment: Deployment): string[] =>
      tree(deployment).replaceAll(deployment.model.name, "STACK").split("\n");
    const shared = lines(dev);
    assert.deepEqual(
      lines(server).filter((line) => !shared.includes(line)),
      [
        "    docker:RemoteImage application-image",
        "    command:Command certbot-healthy",
        "    command:Command certbot-issued",
        "    command:Command certbot-volume-owner",
        "    docker:Container certbot",
        "    docker:RemoteImage certbot-image",
        "    docker:Volume certbot-account",
        "    docker:RemoteImage frontend-image",
        "    command:Command superuser-root-admin-1",
      ],
    );
    assert.deepEqual(
      shared.filter((line) => !lines(server).includes(line)),
      ["    command:Command superuser-admin-1"],
    );
  });

  it("leaves out what the settings leave out", async () => {
    const { frontend: _, superuser: __, ...sections } = production();
    const small = await deploy("small", {
      ...sections,
      application: {
        image: `registry.example.com/api@${digest("c")}`,
        preset: "custom",
        commands: { serve: ["serve"], health: ["check"] },
      },
      worker: { enabled: false },
      beat: { enabled: false },
    });
    const absent = /worker|beat|frontend|superuser|migrate|collectstatic|static-files/;
    assert.deepEqual(
      small.resources.map(({ key }) => key).filter((key) => absent.test(key)),
      [],
    );
    assert.deepEqual(Object.keys(small.outputs.services), [
      "postgres",
      "redis",
      "backend",
      "nginx",
      "backup",
      "certbot",
    ]);
  });

  it("makes containers and tasks in their wrappers only", () => {
    for (const { resources } of [dev, server])
      for (const { key, type, constructedIn } of resources) {
        assert.notEqual(constructedIn, "", key);
        if (type === "docker:Container") assert.equal(constructedIn, "container.ts", key);
        else if (type.startsWith("command:")) assert.equal(constructedIn, "remote-task.ts", key);
        else assert.ok(!["container.ts", "remote-task.ts"].includes(constructedIn), key);
      }
  });

  it("talks to the engine of its own host only, and to no ambient one", () => {
    for (const { resources } of [dev, server])
      for (const { key, type, provider } of resources)
        assert.equal(provider, type.startsWith("docker:") ? "provider:docker host" : undefined, key);
    assert.deepEqual(dev.resource("provider:docker host").inputs, { host: "unix:///var/run/docker.sock" });
    const { host, sshOpts } = server.resource("provider:docker host").inputs;
    assert.equal(host, "ssh://deploy@server.example.org:2222");
    assert.deepEqual((JSON.parse(sshOpts as string) as string[]).slice(-4), [
      "-i",
      "/home/operator/.ssh/deploy",
      "-o",
      "IdentitiesOnly=yes",
    ]);
  });

  it("names container and image digest of every service", () => {
    assert.deepEqual(Object.keys(dev.outputs.services), [
      "postgres",
      "redis",
      "backend",
      "worker",
      "beat",
      "nginx",
      "backup",
    ]);
    assert.deepEqual(server.outputs.services["backend"], {
      container: "socle-production-backend-0f1e2d3",
      digest: digest("a"),
    });
    for (const { services } of [dev.outputs, server.outputs])
      for (const service of Object.values(services)) assert.match(service.digest, /^sha256:[0-9a-f]{64}$/);
  });

  it("puts everything of the stack under the stack's name on the host", () => {
    for (const { model, resources } of [dev, server])
      for (const { key, type, name, inputs } of resources) {
        if (type === "docker:Volume" || type === "docker:Network")
          assert.ok((inputs["name"] as string).startsWith(`${model.name}-`), key);
        if (type === "docker:Container")
          assert.ok(((inputs["name"] ?? name) as string).startsWith(`${model.name}-`), key);
      }
  });

  it("keeps the data network without a way out", () => {
    for (const { resource } of [dev, server]) {
      assert.equal(resource("docker:Network network-data").inputs["internal"], true);
      assert.equal(resource("docker:Network network-edge").inputs["internal"], false);
    }
  });
});
