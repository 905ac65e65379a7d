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
    await assert.rejects(pass("production"), (error: Error) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.equal(
        error.message,
        "policies: the policies are not attached, and a stack of the tier production is not touched without them; nothing was changed.\n" +
          "    → Add `--policy-pack policies` to the command, or `export PULUMI_OPTION_POLICY_PACK=policies`, or run it as `npm run -s guarded -- preview` (or up).",
      );
      return true;
    });
  });

  it("refuses one whose policies are not those of this version", async () => {
    await assert.rejects(
      pass("production", "0123456789abcdef"),
      new RegExp(
        `not those of this version \\(found 0123456789abcdef, expected ${policyDigest}\\); nothing was changed`,
      ),
    );
  });

  it("stands before any stack whose own word makes a rule mandatory, and before no other", async () => {
    for (const tier of ["dev", "staging"] as const) {
      assert.deepEqual(await pass(tier), []);
      assert.deepEqual(await pass(tier, undefined, { "CTR-15": "advisory", "CTR-01": "off" }), []);
      // Judged when it runs, by no pack.
      assert.deepEqual(await pass(tier, undefined, { "HST-04": "mandatory" }), []);
      await assert.rejects(pass(tier, undefined, { "CTR-15": "mandatory" }), /are not attached/);
      assert.ok(isGuarded({ tier, policies: { enforcement: { "CTR-15": "mandatory" }, waivers: [] } }));
    }
  });
});
