// Secrets that Socle itself works with: known names, encrypted, of the right form, and never the application's.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, it } from "mocha";
import { stringify } from "yaml";

import { credentialNames, credentialSchemas } from "../../../config/credential-schema.ts";
import { readConfiguration } from "../../../config/load.ts";
import { ConfigurationError } from "../../../config/mistake.ts";
import { settingOf } from "../../../config/setting.ts";
import { readStackFile } from "../../../operations/check/stack-file.ts";
import { dev, failure, mistakes, project, read } from "./stack.ts";

const webhook = "https://hooks.example.org/services/T01/B02/c3d4e5f6";

describe("a credential of Socle's own", () => {
  it("is read, apart from the application's secrets", () => {
    const { secrets, credentials } = read(dev(), { credentials: { webhook } });
    assert.deepEqual([secrets, credentials], [{}, { webhook }]);
  });

  it("is refused in clear, and its value is not shown", () => {
    const values = { "socle:tier": "dev", "credentials:webhook": webhook };
    assert.throws(
      () => readConfiguration(project, "trial", values, []),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        const found = error.mistakes.filter(({ path }) => path === "credentials:webhook");
        assert.deepEqual(
          found.map(({ code }) => code),
          ["config.secret-in-clear"],
        );
        assert.ok(!error.message.includes("c3d4e5f6"));
        return true;
      },
    );
  });

  it("is refused under a name that nothing reads, with the one that is near", () => {
    assert.deepEqual(mistakes(dev(), { credentials: { webhok: webhook } }), [
      {
        code: "config.unknown-setting",
        path: "credentials:webhok",
        found: "there is no such setting",
        mend: "Did you mean `webhook`?",
      },
    ]);
    assert.equal(mistakes(dev(), { credentials: { constructor: webhook } }).length, 1);
  });

  for (const address of ["hooks.example.org/x", "http://hooks.example.org/x", "https://", "https://a b/x", ""])
    it(`is refused as a webhook: ${JSON.stringify(address)}`, () => {
      const error = failure(dev(), { credentials: { webhook: address } });
      assert.deepEqual(error?.mistakes, [
        {
          code: "config.malformed-credential",
          path: "credentials:webhook",
          found: "what it holds is not a URL that starts with https:// (its value is not shown here)",
          mend: "Set it anew: `pulumi config set --secret credentials:webhook`.",
        },
      ]);
      if (address.includes("x")) assert.ok(!error.message.includes(address));
    });

  it("has an example that is taken: it stands for the value where no key is at hand", () => {
    for (const name of credentialNames) {
      const [example] = settingOf(credentialSchemas[name]).examples ?? [];
      assert.ok(credentialSchemas[name].safeParse(example).success, name);
    }
  });

  it("is no obstacle to a check without the key", () => {
    const folder = mkdtempSync(join(tmpdir(), "credential-"));
    try {
      writeFileSync(join(folder, "Pulumi.yaml"), "name: socle\n");
      const sections = Object.fromEntries(Object.entries(dev()).map(([name, value]) => [`socle:${name}`, value]));
      const config = { ...sections, "credentials:webhook": { secure: "v1:abc" } };
      writeFileSync(join(folder, "Pulumi.trial.yaml"), stringify({ config }));
      const { credentials } = readStackFile(folder, "trial").configuration;
      assert.deepEqual(Object.keys(credentials), ["webhook"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
