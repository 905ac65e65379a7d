// C6: a release from a registry that asks for a login: the server logs in for the pull, and keeps no password.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { describe, it } from "mocha";

import { type ImageRegistry, startRegistry } from "../lab/image-registry.ts";
import { scan } from "../lab/scan.ts";
import { useFirstServer } from "./first-server.ts";
import type { Sections } from "../lab/stack.ts";
import { witness } from "../lab/witness.ts";

describe("A server whose images come from a registry with a login", function () {
  this.timeout(240_000);
  this.slow(60_000);
  const first = useFirstServer();
  const login = { username: "deploy", password: `it's ${randomBytes(12).toString("hex")} $`.replaceAll(" ", "-") };
  let registry: ImageRegistry;
  let present: Sections;

  it("changes nothing when the password is wrong, and says which setting that is", async () => {
    const { server, containers } = first();
    const { stack } = server;
    registry = await startRegistry(server.network, login);
    present = stack.settings;
    const image = await registry.push("socle-example-site:dev");
    await stack.configure({
      application: { ...(present["application"] as object), image },
      registry: { server: registry.address, username: login.username },
    });
    await stack.setCredential("registryPassword", "not-the-password");
    const before = await server.lives(containers);
    const { code, stdout } = await stack.up({ check: false });
    assert.notEqual(code, 0);
    assert.match(stdout, /registry: \S+:5000 refuses the login of deploy \(.*\); \S+ was not pulled\./);
    assert.match(
      stdout,
      /→ Set registry\.username, and the password or access token with pulumi config set --secret credentials:registryPassword\./,
    );
    assert.deepEqual(await server.lives(containers), before);
  });

  it("pulls and serves a release with the right one, which stays nowhere", async () => {
    const { server } = first();
    const { stack, host } = server;
    await stack.setCredential("registryPassword", login.password);
    let said = "";
    const seen = await witness(async () => {
      said = (await stack.up()).stdout;
    });
    first().output = await stack.outputs();
    const backend = first().output.services["backend"]?.container ?? "";
    const [image = ""] = await server.docker("inspect", "--format", "{{.Config.Image}}", backend);
    assert.ok(image.startsWith("sha256:") || image.startsWith(registry.address), image);
    const pulled = await server.docker("image", "ls", "--digests", "--format", "{{.Repository}}");
    assert.ok(pulled.includes(`${registry.address}/socle-example-site`), pulled.join(", "));

    const commands = [...seen.processes].join("\n");
    assert.match(commands, /pull\.sh/);
    const found = await scan({
      secrets: { registryPassword: login.password },
      machines: [host],
      paths: [stack.folder],
      texts: { printed: said, processes: commands, containers: seen.containers.join("\n") },
    });
    assert.deepEqual(found.findings, []);
    const kept = await host.exec("grep -rl auths /root/.docker /home/deploy/.docker /tmp 2>/dev/null || true");
    assert.equal(kept.stdout.trim(), "");
    await stack.preview(["--expect-no-changes"]);
  });

  it("goes back to a registry that asks nobody", async () => {
    const { stack } = first().server;
    await stack.pulumi(["config", "rm", "credentials:registryPassword"]);
    const { registry: _gone, ...without } = stack.settings;
    await stack.replace({ ...without, application: present["application"] });
    await stack.up();
    first().output = await stack.outputs();
    await stack.preview(["--expect-no-changes"]);
  });
});
