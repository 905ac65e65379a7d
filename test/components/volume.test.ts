// Volumes: what a destroyed stack leaves behind.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { deploy, type Deployment, devExample, production } from "./stack.ts";

const kept = ({ model, resources }: Deployment): string[] =>
  resources
    .filter(({ retainOnDelete }) => retainOnDelete)
    .map(({ type, inputs }) => `${type} ${String(inputs["name"]).replace(`${model.name}-`, "")}`)
    // Those of environments are removed by a task of their own, at the end too (task-argument.test.ts).
    .filter((volume) => !volume.startsWith("docker:Volume environment-"))
    .sort();

describe("volumes", () => {
  it("with data outlive the stack: database, queues, media, backups", async () => {
    assert.deepEqual(kept(await deploy("dev", devExample())), [
      "docker:Volume backups",
      "docker:Volume media",
      "docker:Volume postgres",
      "docker:Volume redis",
    ]);
  });

  it("with certificates and the ACME account do too: authorities limit how many they issue", async () => {
    assert.deepEqual(kept(await deploy("production", production())), [
      "docker:Volume backups",
      "docker:Volume certificates",
      "docker:Volume letsencrypt",
      "docker:Volume media",
      "docker:Volume postgres",
      "docker:Volume redis",
    ]);
  });

  it("go with the stack where the settings say so", async () => {
    assert.deepEqual(kept(await deploy("production", { ...production(), data: { keepOnDestroy: false } })), []);
  });

  it("are local and say whose they are", async () => {
    const { model, resources } = await deploy("dev", devExample());
    const volumes = resources.filter(({ type }) => type === "docker:Volume");
    assert.ok(volumes.length > 0);
    for (const { key, inputs } of volumes) {
      assert.equal(inputs["driver"], "local", key);
      assert.deepEqual(inputs["labels"], [{ label: "socle.stack", value: model.name }], key);
    }
    const names = volumes.map(({ inputs }) => inputs["name"]);
    assert.equal(new Set(names).size, names.length);
  });
});
