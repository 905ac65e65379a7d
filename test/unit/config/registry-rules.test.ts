import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { registryOf } from "../../../config/image-reference.ts";
import { registryRules } from "../../../config/registry-rules.ts";
import { testRules } from "./rule-cases.ts";
import { mistakes, production } from "./stack.ts";

const registry = { server: "registry.example.org", username: "deploy" };

describe("settings of a registry that asks for a login", () => {
  testRules(registryRules, [
    {
      rule: "given both or neither",
      bad: { registry },
      lines: [
        [
          "credentials:registryPassword",
          "is not set, and registry.example.org asks for it",
          "Run `pulumi config set --secret credentials:registryPassword`, or remove the section `registry`.",
        ],
      ],
      good: { registry: undefined },
    },
    {
      rule: "is where an image of the stack comes from",
      credentials: ["registryPassword"],
      bad: { registry: { ...registry, server: "ghcr.io" } },
      lines: [
        [
          "registry.server",
          'found "ghcr.io", from where no image of the stack comes: they come from registry.example.org, docker.io',
          "Name the registry as the image references begin with it, or remove the section.",
        ],
      ],
      good: { registry },
    },
  ]);

  it("are missed where there is a password for them", () => {
    assert.deepEqual(
      mistakes(production(), { credentials: { registryPassword: "hidden" } }).map(({ path }) => path),
      ["registry"],
    );
  });
});

describe("the registry of a reference", () => {
  it("is what stands before its first slash, or Docker Hub", () => {
    const cases = {
      "ghcr.io/example/site:1": "ghcr.io",
      "10.0.0.5:5000/site": "10.0.0.5:5000",
      "localhost/site": "localhost",
      "example/site": "docker.io",
      "nginx:1.26": "docker.io",
    };
    for (const [reference, found] of Object.entries(cases)) assert.equal(registryOf(reference), found, reference);
  });
});
