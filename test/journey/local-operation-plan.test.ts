// A plan that a reviewer can trust: what `pulumi preview` announces is what `pulumi up` does, step by step.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "mocha";

import { docker, lines } from "../lab/command.ts";
import { inspect } from "../lab/engine.ts";
import { changingSite } from "./local-site.ts";
import { keepsItsWord } from "../lab/plan.ts";
import type { Sections } from "../lab/stack.ts";

const replacedFirst = ["create-replacement", "delete-replaced", "replace"];

describe("a local stack's plan", function () {
  this.timeout(300_000);
  const site = changingSite.use();
  const named = (service: string): string => `${site().stack.prefix}-${service}`;
  /** Changes settings; answers with the operations on each resource, which were the announced ones. */
  const change = async (sections: Sections): Promise<Record<string, string[]>> => {
    await site().stack.configure(sections);
    const deeds = await keepsItsWord(site().stack);
    site().output = await site().stack.outputs();
    return deeds;
  };
  /** Containers among what was replaced. */
  const replaced = (deeds: Record<string, string[]>): string[] =>
    ["postgres", "redis", "backup", "nginx", "beat"]
      .filter((name) => deeds[name]?.includes("replace"))
      .concat(["backend", "worker"].filter((service) => deeds[named(service)]?.includes("replace")))
      .sort();

  it("names what settings of Nginx and PostgreSQL change: a configuration, a container, no other", async () => {
    const running = async (): Promise<string[]> =>
      lines(
        await docker(["ps", "--format", "{{.ID}} {{.Names}}", "--filter", `label=socle.stack=${site().stack.prefix}`]),
      )
        .filter((line) => !line.endsWith(named("postgres")))
        .sort();
    const former = await running();
    const deeds = await change({
      ...site().changed("site", { maxBodySize: 5 }),
      ...site().changed("postgres", { maxConnections: 80 }),
    });
    assert.deepEqual(replaced(deeds), ["postgres"]);
    assert.deepEqual(deeds["nginx-configuration-loaded"], ["update"]);
    assert.deepEqual(await running(), former);
    const answer = await site()
      .visitor()
      .ask({ method: "POST", path: "/api/copies/", headers: { "Content-Length": String(6 * 1024 * 1024) } });
    assert.equal(answer.status, 413);
  });

  it("names what memory and the number of workers change: the containers that have them", async () => {
    const deeds = await change({
      ...site().changed("application", { workers: 3 }),
      ...site().changed("worker", { memory: 448 }),
    });
    assert.deepEqual(replaced(deeds), ["backend"]);
    // The engine gives a running container more memory.
    assert.deepEqual(deeds[named("worker")], ["update"]);
    assert.equal((await inspect(site().container("worker"))).HostConfig.Memory, 448 * 1024 * 1024);
  });

  it("names what one secret of the site changes: every container that reads it", async () => {
    await site().stack.setSecret("PAYMENT_TOKEN", randomBytes(12).toString("hex"));
    assert.deepEqual(replaced(await change({})), ["backend", "beat", "worker"]);
  });

  it("names what the rotation of a generated secret changes: the secret, and every container that reads it", async () => {
    const deeds = await change(site().changed("rotation", { redisPassword: 2 }));
    assert.deepEqual(deeds["secrets-redis-password"], replacedFirst);
    assert.deepEqual(replaced(deeds), ["backend", "beat", "worker"]);
  });

  it("names what a domain changes: the certificate, Nginx's configuration and the application's hosts", async () => {
    const deeds = await change(site().changed("site", { domains: ["localhost", "www.site.test"] }));
    assert.deepEqual(replaced(deeds), ["backend", "beat", "worker"]);
    assert.deepEqual(deeds["nginx-configuration-loaded"], ["update"]);
    assert.deepEqual(deeds["certificate-self-signed"], replacedFirst);
  });

  it("names what another image changes", async () => {
    const image = await site().derivedImage("planned release");
    assert.deepEqual(replaced(await change(site().changed("application", { image }))), ["backend", "beat", "worker"]);
  });

  it("is empty when all of it is done", async () => {
    await site().stack.preview(["--expect-no-changes"]);
  });
});
