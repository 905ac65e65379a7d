// The order in which a release is made: what must be there before what.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { deploy, type Deployment, devExample, production } from "./stack.ts";

describe("resources", () => {
  let dev: Deployment;
  let server: Deployment;
  before(async () => {
    dev = await deploy("dev", devExample());
    server = await deploy("production", production());
  });

  it("come in the order of a release", () => {
    const order: [later: string, earlier: string][] = [
      ["provider:docker host", "command:Command host-ready"],
      ["docker:Container postgres", "command:Command postgres-secret-files"],
      ["command:Command postgres-healthy", "docker:Container postgres"],
      ["command:Command postgres-database", "command:Command postgres-healthy"],
      ["docker:Container redis", "command:Command redis-password"],
      ["command:Command migrate", "command:Command postgres-database"],
      ["command:Command migrate", "command:Command redis-healthy"],
      ["command:Command migrate", "command:Command backup-healthy"],
      ["command:Command migrate", "command:Command application-environment-file"],
      ["command:Command migrate", "command:Command application-volume-owner"],
      ["command:Command superuser-root-admin-1", "command:Command migrate"],
      ...["socle-production-backend", "socle-production-worker", "beat"].map((name): [string, string] => [
        `docker:Container ${name}`,
        "command:Command migrate",
      ]),
      ["docker:Container beat", "command:Command beat-schedule-owner"],
      ["command:Command nginx-configuration-loaded", "docker:Container socle-production-backend"],
      ["command:Command nginx-configuration-loaded", "docker:Container socle-production-worker"],
      ["command:Command static-files-names", "command:Command nginx-smoke-checked"],
      ["command:Command static-files-pruned", "command:Command static-files-names"],
      ["command:Command static-files-pruned", "command:Command nginx-smoke-checked"],
      ["command:Command worker-healthy", "command:Command nginx-smoke-checked"],
      // Where the release does not get the traffic, the former scheduler goes on.
      ["docker:Container beat", "command:Command nginx-configuration-loaded"],
      ["docker:Container beat", "command:Command nginx-smoke-checked"],
      ["command:Command nginx-healthy", "docker:Container nginx"],
      ["command:Command nginx-smoke-checked", "command:Command nginx-healthy"],
      ["command:Command nginx-configuration-loaded", "command:Command frontend-copy"],
      ["command:Command nginx-configuration-loaded", "command:Command certificate-self-signed-file"],
      ["command:Command nginx-configuration-loaded", "command:Command nginx-volume-owner"],
      ["docker:Container nginx", "command:Command nginx-configuration-loaded"],
      ["docker:Container certbot", "command:Command nginx-healthy"],
      ["docker:Container certbot", "command:Command certbot-volume-owner"],
      ["command:Command certbot-issued", "command:Command certbot-healthy"],
    ];
    for (const [later, earlier] of order) {
      assert.ok(server.isAfter(later, earlier), `${later} must come after ${earlier}`);
      assert.ok(!server.isAfter(earlier, later), `${earlier} must not wait for ${later}`);
    }
  });

  it("have static files before a container, also by a command of the site's own", async () => {
    const application = { ...(production()["application"] as object), commands: { collectstatic: ["make", "static"] } };
    const own = await deploy("production", { ...production(), application });
    const collected = "command:Command collectstatic";
    for (const name of ["application-environment-file", "application-volume-owner"])
      assert.ok(own.isAfter(collected, `command:Command ${name}`), name);
    for (const name of ["socle-production-backend", "socle-production-worker", "beat"])
      assert.ok(own.isAfter(`docker:Container ${name}`, collected), name);
  });

  it("touch no host that is not ready", () => {
    for (const deployment of [dev, server])
      for (const { key, type, name } of deployment.resources)
        if ((type.startsWith("docker:") || type.startsWith("command:")) && name !== "host-ready")
          assert.ok(deployment.isAfter(key, "command:Command host-ready"), key);
  });
});
