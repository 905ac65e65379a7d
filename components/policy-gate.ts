/**
 * No way round the policies: the pack stamps this resource with a digest of its rules, and a stack that needs them goes
 * no further without the stamp of this version. A pack that is left out, deleted, emptied or changed has no such stamp.
 */
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import type { Model } from "../config/environment.ts";
import { policyCatalogue, policyDigest } from "../config/policy-catalogue.ts";
import { problems, type Wordings } from "../config/problem.ts";

const unstamped = "none";

export const wordings = {
  "policies.not-attached": ({ tier }: { tier: string }) => [
    `policies: the policies are not attached, and a stack of the tier ${tier} is not touched without them; nothing was changed.`,
    "Add `--policy-pack policies` to the command, or `export PULUMI_OPTION_POLICY_PACK=policies`, or run it as `npm run -s guarded -- preview` (or up).",
  ],
  "policies.of-another-version": ({ found, expected }: { found: string; expected: string }) => [
    `policies: the policies that are attached are not those of this version (found ${found}, expected ${expected}); nothing was changed.`,
    "Attach the folder `policies` as it was committed. Whoever changes a rule runs `npx node policies/reference.ts`, which states the new digest for review.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** Whether a stack needs the pack: in production, and where its settings make a rule of the pack mandatory. */
export function isGuarded({ tier, policies }: Pick<Model, "tier" | "policies">): boolean {
  const mandatory = Object.entries(policies.enforcement).filter(([, level]) => level === "mandatory");
  return tier === "production" || mandatory.some(([rule]) => Object.hasOwn(policyCatalogue, rule));
}

/**
 * Comes back when the policies of this version are attached. To be awaited before any other resource is made.
 * @throws policies.not-attached, policies.of-another-version
 */
export async function policyGate(
  name: string,
  model: Pick<Model, "tier" | "policies">,
  options?: pulumi.CustomResourceOptions,
): Promise<void> {
  if (!isGuarded(model)) return;
  // What the pack puts in its place comes back at preview too.
  const gate = new random.RandomId(name, { byteLength: 4, keepers: { rules: unstamped } }, options);
  const stamp = await new Promise<string | undefined>((resolve) => {
    gate.keepers.apply((keepers) => {
      resolve(keepers?.["rules"]);
    });
  });
  if (stamp === policyDigest) return;
  throw stamp === undefined || stamp === unstamped
    ? problem("policies.not-attached", { tier: model.tier })
    : problem("policies.of-another-version", { found: stamp, expected: policyDigest });
}
