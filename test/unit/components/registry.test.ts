// Images of a registry that asks for a login: pulled by the host itself, the password in nothing that is shown or kept.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { Secret } from "./engine.ts";
import { deploy, type Deployment, production } from "./stack.ts";

const password = "correct-horse-battery";
const registry = { server: "registry.example.com", username: "deploy" };

describe("images of a registry that asks for a login", () => {
  let site: Deployment;
  before(async () => {
    site = await deploy("production", { ...production(), registry }, {}, { registryPassword: password });
  });
  const pulls = (deployment: Deployment): Deployment["tasks"] =>
    deployment.tasks.filter(({ inputs }) => JSON.stringify(inputs["create"]).includes("pull.sh"));

  it("are pulled by the host before the provider looks for them; those of other registries are not", () => {
    const images = site.resources.filter(({ type }) => type === "docker:RemoteImage");
    const own = images.filter(({ inputs }) => String(inputs["name"]).startsWith("registry.example.com/"));
    assert.ok(own.length >= 2 && images.length > own.length);
    assert.deepEqual(
      pulls(site)
        .map(({ name }) => name)
        .sort(),
      own.map(({ name }) => `${name}-pulled`).sort(),
    );
    for (const { name, key } of own) assert.ok(site.isAfter(key, `command:Command ${name}-pulled`), name);
    for (const { key } of pulls(site)) assert.ok(site.isAfter(key, "command:Command host-ready"), key);
  });

  it("get the password on standard input alone, as a secret", () => {
    for (const { inputs } of pulls(site)) {
      const { stdin, ...others } = inputs;
      assert.ok(stdin instanceof Secret && stdin.value === password);
      assert.ok(!JSON.stringify(others).includes(password));
    }
    for (const { inputs } of site.resources.filter(({ type }) => type.includes("docker")))
      assert.ok(!JSON.stringify(inputs).includes(password));
  });

  it("are the provider's own matter where there is no login", async () => {
    assert.deepEqual(pulls(await deploy("production", production())), []);
  });
});
