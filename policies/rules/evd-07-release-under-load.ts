import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-07",
  name: "with this proxy, a release under load failed no request",
  description:
    "Whether visitors notice a release hangs on Nginx and its configuration: what changes them is tried anew.",
  severity: "high",
  reference: "docs/architecture.md: A release",
  mend: "Release under load with the settings of `nginx` and `site` that are to go out and let the tool record it (docs/evidence.md); where none records yet, say so in `policies.waivers`.",
  ...evidenced("EVD-07", () => ({ of: "proxy", parts: { "": "release under load" } })),
};
