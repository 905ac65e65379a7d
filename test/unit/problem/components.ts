import { wordings } from "../../../components/policy-gate.ts";
import { table } from "./table.ts";

export const components = [
  table(wordings, {
    "policies.not-attached": [
      { tier: "production" },
      `policies: the policies are not attached, and a stack of the tier production is not touched without them; nothing was changed.
    → Add \`--policy-pack policies\` to the command, or \`export PULUMI_OPTION_POLICY_PACK=policies\`, or run it as \`npm run -s guarded -- preview\` (or up).`,
    ],
    "policies.of-another-version": [
      { found: "0123", expected: "4567" },
      `policies: the policies that are attached are not those of this version (found 0123, expected 4567); nothing was changed.
    → Attach the folder \`policies\` as it was committed. Whoever changes a rule runs \`npx node policies/reference.ts\`, which states the new digest for review.`,
    ],
  }),
];
