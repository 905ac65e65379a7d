// A plan that a reviewer can trust: what `pulumi preview` announces is what `pulumi up` does, step by step.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { after, before, describe, it } from "mocha";

import { inspect } from "../lab/engine.ts";
import { keepsItsWord } from "../lab/plan.ts";
import type { Sections } from "../lab/stack.ts";
import { SmallSite } from "./small-site.ts";

const replacedFirst = ["create-replacement", "delete-replaced", "replace"];

describe("a local stack's plan", function () {
  this.timeout(300_000);
  this.slow(30_000);
  let site: SmallSite;
  before(async () => {
    site = await SmallSite.create({ PAYMENT_TOKEN: randomBytes(12).toString("hex") });
    await site.up();
  });
  after(async () => {
    await site.remove();
  });

  const named = (service: string): string => `${site.stack.prefix}-${service}`;
  /** Changes settings; answers with the operations on each resource, which were the announced ones. */
  const change = async (sections: Sections): Promise<Record<string, string[]>> => {
    await site.stack.configure(sections);
    const deeds = await keepsItsWord(site.stack);
    site.output = await site.stack.outputs();
    return deeds;
  };
  /** Containers among what was replaced. */
  const replaced = (deeds: Record<string, string[]>): string[] =>
    [named("backend"), named("worker"), "beat"].filter((name) => deeds[name]?.includes("replace"));
  const all = (): string[] => [named("backend"), named("worker"), "beat"];

  it("names what memory and a command change: the containers that have them", async () => {
    const { commands } = site.stack.settings["application"] as { commands: { serve: string[] } };
    const serve = commands.serve.map((word) => word.replace("100000", "200000"));
    const deeds = await change({
      ...site.changed("application", { commands: { ...commands, serve } }),
      ...site.changed("worker", { memory: 96 }),
    });
    assert.deepEqual(replaced(deeds), [named("backend")]);
    // The engine gives a running container more memory.
    assert.deepEqual(deeds[named("worker")], ["update"]);
    assert.equal((await inspect(site.container("worker"))).HostConfig.Memory, 96 * 1024 * 1024);
  });

  it("names what one secret of the site changes: every container that reads it", async () => {
    await site.stack.setSecret("PAYMENT_TOKEN", randomBytes(12).toString("hex"));
    assert.deepEqual(replaced(await change({})), all());
  });

  it("names what the rotation of a generated secret changes: the secret, and every container that reads it", async () => {
    const deeds = await change(site.changed("rotation", { redisPassword: 2 }));
    assert.deepEqual(deeds["secrets-redis-password"], replacedFirst);
    assert.deepEqual(replaced(deeds), all());
  });

  it("is empty when all of it is done", async () => {
    await site.stack.preview(["--expect-no-changes"]);
  });
});
