/** Rules of the settings about policies themselves. */
import { policyCatalogue } from "./policy-catalogue.ts";
import { probeCatalogue } from "./probe-catalogue.ts";
import { type Rule, when } from "./rule.ts";

const severities: Record<string, string> = { ...policyCatalogue, ...probeCatalogue };
const known = (id: string): boolean => Object.hasOwn(severities, id);

/** The rule about waivers cannot itself be waived. */
const waivers = "WVR-01";

export const policyRules: readonly Rule[] = [
  {
    code: "config.unknown-rule",
    holds: "`policies.enforcement` and `policies.waivers` name rules that there are.",
    broken: ({ policies }) => [
      ...Object.keys(policies?.enforcement ?? {}).flatMap((id) =>
        when(!known(id), {
          path: `policies.enforcement.${id}`,
          found: "there is no such rule",
          mend: "Use an id of docs/policies.md or docs/audit.md, or remove it.",
        }),
      ),
      ...(policies?.waivers ?? []).flatMap(({ rule }, index) =>
        when(!known(rule) || rule === waivers, {
          path: `policies.waivers.${String(index)}.rule`,
          found: known(rule) ? `found ${rule}, which cannot be waived` : `found ${rule}: there is no such rule`,
          mend: "Use an id of docs/policies.md or docs/audit.md, or remove the waiver.",
        }),
      ),
    ],
  },
  {
    code: "config.critical-rule-off",
    holds: "In `production` critical rules are mandatory: they can be waived, not switched off.",
    broken: ({ tier, policies }) =>
      Object.entries(policies?.enforcement ?? {}).flatMap(([id, level]) =>
        when(tier === "production" && level !== "mandatory" && severities[id] === "critical", {
          path: `policies.enforcement.${id}`,
          found: `found ${level} for a critical rule in production`,
          mend: `Remove it; what cannot be mended yet gets a waiver: policies.waivers with rule ${id}.`,
        }),
      ),
  },
  {
    code: "config.waiver-twice",
    holds: "A waiver in `policies.waivers` stands once for each rule and resource.",
    broken: ({ policies }) => {
      const keys = (policies?.waivers ?? []).map(({ rule, resource }) => `${rule} of ${resource}`);
      return keys.flatMap((key, index) =>
        when(keys.indexOf(key) < index, {
          path: `policies.waivers.${String(index)}`,
          found: `waives ${key} a second time`,
          mend: "Keep one of the two.",
        }),
      );
    },
  },
];
