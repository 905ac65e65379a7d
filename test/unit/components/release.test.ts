// A release: image and environment. It is what containers are told apart by, so it changes with these and nothing else.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { deploy, type Deployment, digest, production, type Sections } from "./stack.ts";

const changed = (section: string, settings: object): Sections => {
  const sections = production();
  return { ...sections, [section]: { ...(sections[section] as object), ...settings } };
};
const own = { MAIL_TOKEN: "the first token of the site" };

describe("release", () => {
  let former: Deployment;
  before(async () => {
    former = await deploy("production", production(), own);
  });
  /** Names of the containers whose inputs differ. */
  const replaced = (next: Deployment): string[] =>
    next.containers
      .filter(({ key, inputs }) => JSON.stringify(inputs) !== JSON.stringify(former.resource(key).inputs))
      .map(({ name }) => name.replace("socle-production-", ""))
      .sort();

  it("is named after the image's digest and a hash of the environment", () => {
    assert.match(former.outputs.release, /^a{12}-[0-9a-f]{12}$/);
  });

  it("is the same from the same settings", async () => {
    const again = await deploy("production", production(), own);
    assert.equal(again.outputs.release, former.outputs.release);
    assert.deepEqual(replaced(again), []);
  });

  for (const [what, sections, secrets] of [
    ["image", changed("application", { image: `registry.example.com/site@${digest("c")}` }), own],
    ["variable", changed("application", { environment: { LANGUAGE_CODE: "de" } }), own],
    ["secret of the site", production(), { MAIL_TOKEN: "the second token of the site" }],
    ["new secret of the site", production(), { ...own, OTHER_TOKEN: "another token of the site" }],
    ["SECRET_KEY", { ...production(), rotation: { secretKey: 2 } }, own],
    ["database password", { ...production(), rotation: { databasePassword: 2 } }, own],
    ["Redis password", { ...production(), rotation: { redisPassword: 2 } }, own],
  ] as const)
    it(`changes with the ${what}, and replaces the application's containers only`, async () => {
      const next = await deploy("production", sections, secrets);
      assert.notEqual(next.outputs.release, former.outputs.release);
      assert.deepEqual(replaced(next), ["backend", "beat", "worker"]);
    });

  for (const [what, sections, containers] of [
    ["rate limit", changed("site", { rateLimit: { perMinute: 30 } }), []],
    ["frontend", changed("frontend", { image: `registry.example.com/spa@${digest("d")}` }), []],
    ["number of workers", changed("application", { workers: 8 }), ["backend"]],
    ["queue of the worker", changed("worker", { queues: ["celery"] }), ["worker"]],
    ["memory of PostgreSQL", changed("postgres", { memory: 4096 }), ["postgres"]],
    ["administrator's password", { ...production(), rotation: { adminPassword: 2 } }, []],
    [
      "e-mail address of the certificate",
      changed("site", { tls: { mode: "acme", email: "other@example.com" } }),
      ["certbot"],
    ],
  ] as const)
    it(`stays when the ${what} changes, which replaces ${containers.join(", ") || "no container"}`, async () => {
      const next = await deploy("production", sections, own);
      assert.equal(next.outputs.release, former.outputs.release);
      assert.deepEqual(replaced(next), containers);
    });

  it("keeps its environment in a volume of its own, so that the former one finds its environment after a restart", async () => {
    const next = await deploy("production", changed("application", { environment: { LANGUAGE_CODE: "de" } }), own);
    const volume = ({ resource, outputs }: Deployment): unknown[] => [
      resource("docker:Volume application-environment").inputs["name"],
      `socle-production-environment-${outputs.release.split("-")[1] ?? ""}`,
    ];
    for (const deployment of [former, next]) {
      const [name, expected] = volume(deployment);
      assert.equal(name, expected);
    }
    assert.notEqual(volume(former)[0], volume(next)[0]);
  });

  it("moves the traffic by a new Nginx configuration, not by a new Nginx", async () => {
    const next = await deploy(
      "production",
      changed("application", { image: `registry.example.com/site@${digest("c")}` }),
      own,
    );
    assert.deepEqual(next.resource("docker:Container nginx").inputs, former.resource("docker:Container nginx").inputs);
    const after = next.resource("command:Command nginx-configuration-loaded").dependencies;
    assert.ok(after.includes("docker:Container socle-production-backend"));
  });
});
