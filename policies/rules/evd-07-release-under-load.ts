import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-07",
  name: "with this proxy, a release under load failed no request",
  description:
    "Whether visitors notice a release hangs on Nginx and its configuration: what changes them is tried anew.",
  severity: "high",
  reference: "docs/architecture.md: A release",
  mend: "Run `npm run -s socle -- drill rollback --stack staging` where staging has the settings of `nginx` and `site` that are to go out: its visitors record it.",
  ...evidenced("EVD-07", () => ({ of: "proxy", parts: { "": "release under load" } })),
};
