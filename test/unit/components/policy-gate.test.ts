// The gate under mocks: an engine that stamps, does not, or stamps otherwise.
import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";
import { describe, it } from "mocha";

import { isGuarded, policyGate } from "../../../components/policy-gate.ts";
import type { Model } from "../../../config/environment.ts";
import { policyDigest } from "../../../config/policy-catalogue.ts";

type Tier = Model["tier"];

/** The gate with an engine that puts a stamp into its keepers; undefined: that leaves them as they are. */
async function pass(tier: Tier, stamp?: string, enforcement: Model["policies"]["enforcement"] = {}): Promise<string[]> {
  const made: string[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        made.push(`${type} ${name}`);
        const given = inputs as { keepers: Record<string, string> };
        return { id: "id", state: { ...given, keepers: stamp === undefined ? given.keepers : { rules: stamp } } };
      },
      call: () => ({}),
    },
    "socle",
    tier,
    false,
  );
  await policyGate("policy-gate", { tier, policies: { enforcement, waivers: [] } });
  return made;
}

describe("the gate of the policies", () => {
  it("lets a production stack pass with the stamp of this version", async () => {
    assert.deepEqual(await pass("production", policyDigest), ["random:index/randomId:RandomId policy-gate"]);
  });

  it("refuses a production stack without the policies, with the way to attach them", async () => {
    await assert.rejects(pass("production"), { code: "policies.not-attached", facts: { tier: "production" } });
  });

  it("refuses one whose policies are not those of this version", async () => {
    await assert.rejects(pass("production", "0123456789abcdef"), {
      code: "policies.of-another-version",
      facts: { found: "0123456789abcdef", expected: policyDigest },
    });
  });

  it("stands before any stack whose own word makes a rule mandatory, and before no other", async () => {
    for (const tier of ["dev", "staging"] as const) {
      assert.deepEqual(await pass(tier), []);
      assert.deepEqual(await pass(tier, undefined, { "CTR-15": "advisory", "CTR-01": "off" }), []);
      // Judged when it runs, by no pack.
      assert.deepEqual(await pass(tier, undefined, { "HST-04": "mandatory" }), []);
      await assert.rejects(pass(tier, undefined, { "CTR-15": "mandatory" }), { code: "policies.not-attached" });
      assert.ok(isGuarded({ tier, policies: { enforcement: { "CTR-15": "mandatory" }, waivers: [] } }));
    }
  });
});
