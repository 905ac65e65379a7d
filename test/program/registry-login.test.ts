// C6: a release from a registry that asks for a login: the host logs in for the pull, and keeps no password.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { docker } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { containersOf } from "../lab/engine.ts";
import { type ImageRegistry, startRegistry } from "../lab/image-registry.ts";
import { createNetwork, type LabNetwork } from "../lab/network.ts";
import { scan } from "../lab/scan.ts";
import { witness } from "../lab/witness.ts";
import { SmallSite } from "./small-site.ts";

const isPull = (command: string): boolean => command.includes("pull.sh");

describe("A stack whose images come from a registry with a login", function () {
  this.timeout(300_000);
  this.slow(20_000);
  const login = { username: "deploy", password: `it's-${randomBytes(12).toString("hex")}-$` };
  let network: LabNetwork;
  let registry: ImageRegistry;
  let site: SmallSite;
  let image: string;
  before(async () => {
    network = await createNetwork();
    registry = await startRegistry(network, login);
    site = await SmallSite.create();
    // This machine's own engine pulls.
    image = (await registry.push(await site.derivedImage("from a registry"))).replace(registry.address, registry.here);
    await site.up();
  });
  after(async () => {
    await site.remove();
    const pulled = await docker(["image", "ls", "--quiet", image.split("@")[0] ?? ""]);
    if (pulled !== "") await docker(["image", "rm", "--force", image]);
    await network.remove();
  });

  /** Identity and start of each container. */
  const lives = async (): Promise<string> =>
    docker(["inspect", "--format", "{{.Id}} {{.State.StartedAt}}", ...(await containersOf(site.stack.prefix)).sort()]);

  it("changes nothing when the password is wrong, and says which setting that is", async () => {
    const { stack } = site;
    await stack.configure({
      ...site.changed("application", { image }),
      registry: { server: registry.here, username: login.username },
    });
    await stack.setCredential("registryPassword", "not-the-password");
    const previous = await lives();
    const { code, stdout } = await stack.up({ check: false });
    assert.notEqual(code, 0);
    assert.match(stdout, /registry: \S+:\d+ refuses the login of deploy \(.*\); \S+ was not pulled\./);
    assert.match(
      stdout,
      /→ Set registry\.username, and the password or access token with pulumi config set --secret credentials:registryPassword\./,
    );
    assert.equal(await lives(), previous);
  });

  it("pulls and serves a release with the right one, which stays nowhere", async () => {
    const { stack } = site;
    await stack.setCredential("registryPassword", login.password);
    // Where the host's scripts keep what they need for a while.
    const temporary = join(stack.folder, "temporary");
    await mkdir(temporary);
    let said = "";
    // A pull of what is here already is over in no time.
    await registry.pause();
    const seen = await witness(async ({ processes }) => {
      const up = stack.pulumi(["up", "--yes", "--skip-preview"], { variables: { TMPDIR: temporary } });
      try {
        await Promise.race([up, until("the pull is seen", 120, () => Promise.resolve([...processes].some(isPull)))]);
      } finally {
        await registry.resume();
      }
      said = (await up).stdout;
    });
    site.output = await stack.outputs();
    const running = await containersOf(stack.prefix);
    assert.deepEqual(running.sort(), ["backend", "beat", "worker"].map((service) => site.container(service)).sort());
    const digest = image.split("@")[1] ?? "";
    assert.equal(site.output.services["backend"]?.digest, digest);
    const content = await docker(["image", "inspect", "--format", "{{.Id}}", image]);
    assert.equal(await docker(["inspect", "--format", "{{.Image}}", site.container("backend")]), content);

    const commands = [...seen.processes].join("\n");
    const own = join(homedir(), ".docker");
    const found = await scan({
      secrets: { registryPassword: login.password },
      // The registry itself is on this machine, and knows it.
      machines: [],
      paths: [stack.folder, ...(existsSync(own) ? [own] : [])],
      texts: {
        printed: said,
        processes: commands,
        containers: seen.containers.join("\n"),
        image: await docker(["image", "inspect", image]),
      },
    });
    assert.deepEqual(found.findings, []);
    assert.deepEqual(await readdir(temporary), []);
    await stack.preview(["--expect-no-changes"]);
  });

  it("keeps everything when the image of a release does not exist: the error names it", async () => {
    const { stack } = site;
    const { application } = stack.settings;
    const absent = image.replace(/@.*/, `@sha256:${"0".repeat(64)}`);
    const previous = await lives();
    await stack.configure(site.changed("application", { image: absent }));
    const { code, stdout } = await stack.up({ check: false });
    assert.notEqual(code, 0);
    assert.ok(stdout.includes(absent) && /manifest unknown|not found/.test(stdout), stdout);
    assert.equal(await lives(), previous);
    await stack.configure({ application });
    // With the settings of before there is nothing to bring back.
    await stack.preview(["--expect-no-changes"]);
  });

  it("goes back to a registry that asks nobody", async () => {
    const { stack } = site;
    await stack.removeCredential("registryPassword");
    const { registry: _, ...without } = stack.settings;
    await stack.replace({ ...without, ...site.changed("application", { image: "nginx:1.26" }) });
    await site.up();
    await stack.preview(["--expect-no-changes"]);
  });
});
