// The posture that every container has, whatever it runs.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { type Inputs, inputsOf } from "./container.ts";
import type { Registered } from "./engine.ts";
import { deploy, type Deployment, devExample, production } from "./stack.ts";

describe("containers have in common", () => {
  let dev: Deployment;
  let server: Deployment;
  before(async () => {
    dev = await deploy("dev", devExample());
    server = await deploy("production", production());
  });
  const all = (): Registered[] => [...dev.containers, ...server.containers];

  it("no privilege: no capability, none to gain, a read-only root, nobody else's processes or memory", () => {
    for (const { key, inputs } of all()) {
      assert.deepEqual(inputs["capabilities"], { drops: ["ALL"] }, key);
      assert.deepEqual(inputs["securityOpts"], ["no-new-privileges:true"], key);
      assert.equal(inputs["readOnly"], true, key);
      assert.equal(inputs["ipcMode"], "private", key);
      assert.match(inputs["user"] as string, /^[1-9]\d*:[1-9]\d*$/, key);
    }
  });

  it("no other input than these: nothing privileged, no device, no folder of the host, no namespace of it", () => {
    const known = [
      "capabilities", "command", "cpus", "destroyGraceSeconds", "entrypoints", "envs", "healthcheck", "hostname", "image",
      "init", "ipcMode", "labels", "logDriver", "logOpts", "memory", "memorySwap", "mounts", "mustRun", "name", "networkMode",
      "networksAdvanced", "ports", "readOnly", "restart", "securityOpts", "shmSize", "stopSignal", "stopTimeout", "tmpfs",
      "user", "wait",
    ]; // prettier-ignore
    for (const { key, inputs } of all()) {
      assert.deepEqual(
        Object.keys(inputs).filter((name) => !known.includes(name)),
        [],
        key,
      );
      for (const mount of inputs["mounts"] as Inputs["mounts"]) assert.equal(mount.type, "volume", key);
    }
  });

  it("limits of memory and processors, and no swap", () => {
    for (const container of all()) {
      const { memory, memorySwap, cpus, shmSize } = inputsOf(container);
      assert.ok(memory >= 32, container.key);
      assert.equal(memorySwap, memory, container.key);
      assert.match(cpus, /^\d+\.\d+$/, container.key);
      assert.ok(shmSize <= memory, container.key);
    }
  });

  it("a restart after a crash or a reboot, rotating logs, and signals that reach the process", () => {
    for (const { key, inputs } of all()) {
      assert.equal(inputs["restart"], "unless-stopped", key);
      assert.equal(inputs["mustRun"], true, key);
      assert.equal(inputs["logDriver"], "json-file", key);
      assert.deepEqual(inputs["logOpts"], { "max-size": "10m", "max-file": "5" }, key);
      assert.equal(inputs["init"], false, key);
    }
  });

  it("a health check without a shell of the engine's, which is waited for", () => {
    for (const container of all()) {
      const { healthcheck } = inputsOf(container);
      assert.equal(healthcheck.tests[0], "CMD", container.key);
      assert.ok(healthcheck.tests.length > 1, container.key);
      assert.ok(healthcheck.retries >= 1, container.key);
      const service = container.name.replace(/^socle-(dev|production)-/, "");
      // The switch waits for what it moves the traffic to.
      const waiting = ["backend", "worker"].includes(service) ? "nginx-configuration-loaded" : `${service}-healthy`;
      const gate = [dev, server].flatMap(({ tasks }) => tasks).find(({ name }) => name === waiting);
      assert.ok(gate, container.key);
      assert.equal(container.inputs["wait"], false, container.key);
      assert.deepEqual(container.replaceOnChanges, ["healthcheck", "labels"], container.key);
    }
  });

  it("a stop that lasts as long as it may, and a provider that waits for it", () => {
    for (const container of all()) {
      const { stopTimeout, destroyGraceSeconds } = inputsOf(container);
      assert.equal(destroyGraceSeconds, stopTimeout, container.key);
      assert.equal(container.timeouts.delete, `${String(stopTimeout + 60)}s`, container.key);
    }
  });

  it("networks of the stack only, the first of them as network mode", () => {
    for (const { model, containers } of [dev, server])
      for (const container of containers) {
        const { networkMode, networksAdvanced } = inputsOf(container);
        assert.equal(networkMode, networksAdvanced[0]?.name, container.key);
        for (const { name } of networksAdvanced)
          assert.ok([`${model.name}-edge`, `${model.name}-data`].includes(name), container.key);
      }
  });
});
