import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "WVR-01",
  name: "waivers are in date",
  description: "A waiver is a promise to mend something by a day; after it, the promise is broken.",
  severity: "high",
  reference: "docs/policies.md: Waivers",
  mend: "Mend what was waived and remove the waiver from `policies.waivers`, or agree on a new day.",
  decide: {
    site: ({ policies: { waivers } }, { today }) =>
      waivers.flatMap(({ rule: id, resource, expires }, index) =>
        when(expires < today, `${id} for ${resource} ended on ${expires}`, `policies.waivers.${String(index)}`),
      ),
  },
};
