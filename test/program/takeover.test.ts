// What a deployment that was killed was making, on the engine of this machine.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { sweep } from "../lab/engine.ts";
import { TestStack } from "../lab/stack.ts";
import { docker, lines, run } from "../lab/command.ts";

const project = join(import.meta.dirname, "..", "..");

describe("what a deployment that was killed was making", function () {
  this.timeout(300_000);
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.create({});
  });
  after(async () => {
    await sweep(stack.prefix);
    await stack.forget();
  });

  const start = (service: string, name: string): Promise<string> => {
    const labels = [`socle.stack=${stack.prefix}`, `socle.service=${service}`].flatMap((label) => ["--label", label]);
    const words = ["--name", `${stack.prefix}-${name}`, "--stop-signal", "KILL", "--entrypoint", "sleep"];
    return docker(["run", "--detach", ...labels, ...words, "nginx:1.26", "600"]);
  };
  const network = (name: string): Promise<string> =>
    docker(["network", "create", "--label", `socle.stack=${stack.prefix}`, `${stack.prefix}-${name}`]);
  const urn = (type: string, name: string): string => `urn:pulumi:${stack.name}::socle::${type}::${name}`;
  const resource = (type: string, name: string, more: object): object => ({
    ...{ urn: urn(type, name), type, custom: true, inputs: {}, outputs: {} },
    ...more,
  });
  const containers = "docker:index/container:Container";
  const networks = "docker:index/network:Network";

  it("is removed, by the state's word that it was begun; what it knows and what nobody began stays", async () => {
    const serving = await start("worker", "worker-known");
    await start("worker", "worker-unknown");
    await start("backend", "backend-by-hand");
    await network("edge");
    const kept = await network("data");
    const resources = [
      resource("pulumi:pulumi:Stack", `socle-${stack.name}`, { custom: false }),
      resource(containers, "worker", { id: serving }),
      resource(networks, "data", { id: kept }),
    ];
    const begun = resource(containers, "next", { inputs: { labels: [{ label: "socle.service", value: "worker" }] } });
    const pending = [
      { type: "creating", resource: begun },
      { type: "creating", resource: resource(networks, "edge", { inputs: { name: `${stack.prefix}-edge` } }) },
      { type: "deleting", resource: resource(containers, "backend", { id: "gone" }) },
    ];
    const manifest = { time: new Date().toISOString(), magic: "", version: "" };
    const input = JSON.stringify({ version: 3, deployment: { manifest, resources } });
    await stack.pulumi(["stack", "import", "--force"], { input });
    // An import leaves out what is pending.
    const file = join(stack.folder, ".pulumi", "stacks", "socle", `${stack.name}.json`);
    const state = JSON.parse(await readFile(file, "utf8")) as { checkpoint: { latest: Record<string, unknown> } };
    state.checkpoint.latest["pending_operations"] = pending;
    await writeFile(file, JSON.stringify(state));

    const place = JSON.stringify({ host: { type: "local" }, name: stack.prefix });
    const call = `console.log(JSON.stringify(await takeOver(${place}, "organization/socle/${stack.name}")))`;
    const script = `import { takeOver } from "./deployment/takeover.ts"; ${call}`;
    const { stdout } = await run("node", ["--input-type=module", "--eval", script], {
      directory: project,
      environment: stack.environment(),
    });
    assert.deepEqual(JSON.parse(stdout), [`container ${stack.prefix}-worker-unknown`, `network ${stack.prefix}-edge`]);
    const left = await docker(["ps", "--all", "--format", "{{.Names}}", "--filter", `name=${stack.prefix}`]);
    assert.deepEqual(lines(left).sort(), [`${stack.prefix}-backend-by-hand`, `${stack.prefix}-worker-known`]);
  });
});
