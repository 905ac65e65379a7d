import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { contradictions, rules } from "../../../config/contradiction.ts";
import { applicationRules } from "../../../config/application-rules.ts";
import { backupRules } from "../../../config/backup-rules.ts";
import { dataRules } from "../../../config/data-rules.ts";
import { policyRules } from "../../../config/policy-rules.ts";
import { registryRules } from "../../../config/registry-rules.ts";
import { siteRules } from "../../../config/site-rules.ts";
import { dev, mistakes } from "./stack.ts";

describe("contradictions", () => {
  it("are those of every rule", () => {
    assert.deepEqual(
      new Set(rules),
      new Set([...siteRules, ...applicationRules, ...policyRules, ...registryRules, ...backupRules, ...dataRules]),
    );
  });

  it("says nothing about settings that could not be read", () => {
    assert.deepEqual(
      mistakes({ ...dev(), tier: "prod" }).map(({ path }) => path),
      ["tier"],
    );
    assert.deepEqual(
      mistakes({ ...dev(), host: "local" }).map(({ path }) => path),
      ["host"],
    );
    assert.deepEqual(contradictions({}, [], []), []);
  });
});
