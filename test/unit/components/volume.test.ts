// Volumes: which of them no `up` removes or replaces, and what a destroy leaves behind.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { wordsOf } from "./command-line.ts";
import type { Registered } from "./engine.ts";
import { deploy, type Deployment, devExample, production, type Sections } from "./stack.ts";

/** A stack with every volume that there can be. */
const everything = (): Promise<Deployment> => {
  const sections = production();
  const offsite = { type: "s3", bucket: "store", endpoint: "https://s3.example.org" };
  const all: Sections = {
    ...sections,
    postgres: { ...(sections["postgres"] as object), pitr: {}, volume: "postgres-16", formerVolume: "postgres" },
    backup: { offsite, command: ["python", "manage.py", "backup"] },
  };
  const webhook = "https://hooks.example.org/undisclosed";
  return deploy("production", all, {}, { offsiteAccessKey: "AKIA", offsiteSecretKey: "secret", webhook });
};

/** Without the hash that names an environment. */
const purpose = ({ model }: Deployment, { inputs }: Registered): string =>
  String(inputs["name"])
    .replace(`${model.name}-`, "")
    .replace(/^(environment)-.*/, "$1");

/** Data, keys and records: what the stack cannot write again by itself. */
const lasting = [
  "archive",
  "backup-secrets",
  "backups",
  "certificates",
  "letsencrypt",
  "media",
  "offsite",
  "postgres",
  "postgres-16",
  "redis",
];
/** What it can. */
const copies = [
  "acme-challenges",
  "backup-tools",
  "beat",
  "frontend",
  "nginx-cache",
  "nginx-configuration",
  "offsite-secrets",
  "own-backup",
  "postgres-secrets",
  "redis-secrets",
  "static",
  "watch",
  "watch-secrets",
];

describe("volumes", () => {
  let full: Deployment;
  let dev: Deployment;
  before(async () => {
    full = await everything();
    dev = await deploy("dev", devExample());
  });
  const volumes = ({ resources }: Deployment): Registered[] => resources.filter(({ type }) => type === "docker:Volume");
  const words = ({ resource }: Deployment): string[] =>
    wordsOf(resource("command:Command host-ready").inputs["delete"] as string).slice(2);

  it("are all decided about: what lasts, what can be written again, and environments, which a task removes", () => {
    assert.deepEqual(
      volumes(full)
        .map((each) => purpose(full, each))
        .sort(),
      [...lasting, ...copies, "environment"].sort(),
    );
  });

  it("with data, keys or records are never removed or replaced by the engine, whatever takes them out of the program", () => {
    for (const deployment of [full, dev])
      for (const volume of volumes(deployment)) {
        const stays = !copies.includes(purpose(deployment, volume));
        assert.equal(volume.retainOnDelete, stays, volume.key);
        // All that the provider knows of a volume, beside its name: each of them has it replaced.
        const all = ["cluster", "driver", "driverOpts", "labels"];
        assert.deepEqual([...volume.ignoreChanges].sort(), stays ? all : [], volume.key);
        assert.deepEqual(volume.replaceOnChanges, [], volume.key);
      }
  });

  it("are removed by the last step of a destroy alone, and only where the settings say so", async () => {
    const keep = words(full);
    assert.deepEqual(keep.slice(0, 3), ["destroy.sh", "socle-production", "keep"]);
    assert.deepEqual(keep.slice(3).sort(), lasting);
    const sections = { ...production(), data: { keepOnDestroy: false } };
    const gone = words(await deploy("production", sections));
    assert.deepEqual(gone.slice(0, 3), ["destroy.sh", "socle-production", "remove"]);
    // Also what these settings have no use for: an earlier `up` may have left it.
    assert.deepEqual(gone.slice(3).sort(), lasting.filter((each) => each !== "postgres-16").sort());
    const others = full.tasks.filter(({ name }) => name !== "host-ready");
    for (const { inputs, name } of others) assert.ok(!JSON.stringify(inputs).includes("destroy.sh"), name);
  });

  it("outlive everything else of the stack: what removes them comes first, and so goes last", () => {
    for (const { key, type } of full.resources)
      if (/^(docker|command):/.test(type) && key !== "command:Command host-ready")
        assert.ok(full.isAfter(key, "command:Command host-ready"), key);
  });

  it("are local and say whose they are", () => {
    for (const { key, inputs } of volumes(dev)) {
      assert.equal(inputs["driver"], "local", key);
      assert.deepEqual(inputs["labels"], [{ label: "socle.stack", value: dev.model.name }], key);
    }
    const names = volumes(dev).map(({ inputs }) => inputs["name"]);
    assert.equal(new Set(names).size, names.length);
  });
});
