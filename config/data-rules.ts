/** Rules of data on its way between stacks. */
import { type Rule, when } from "./rule.ts";

export const dataRules: readonly Rule[] = [
  {
    code: "config.production-refreshed",
    holds: "A production stack has data of its own: no `data.refreshedFrom`.",
    broken: ({ tier, data }) =>
      when(tier === "production" && data?.refreshedFrom !== undefined, {
        path: "data.refreshedFrom",
        found: "is set, but a production stack gets no other one's data",
        mend: "Remove it; set it in the stack that gets this one's data.",
      }),
  },
];
