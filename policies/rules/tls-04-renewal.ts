import { isKind } from "../resource.ts";
import { serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";
import { known } from "../unknown.ts";

/** Hours between two looks at the most. */
const most = 12;

export const rule: Rule = {
  id: "TLS-04",
  name: "certificates are renewed in time",
  description:
    "Lifetimes fall to 45 days in 2028: a third of it left, and two tries a day, leave two weeks to mend what fails.",
  severity: "high",
  reference: "Let's Encrypt: From 90 days to 45, December 2025",
  checklist: "Security: TLS on",
  mend: "Set `site.tls.mode` to acme; in host/certbot/certificate.py, renew at a third of the lifetime and look every 12 hours.",
  decide: {
    container: (container) => {
      if (serviceOf(container) !== "certbot") return undefined;
      const program = (container.entrypoints ?? []).join("\n");
      const share = /\bend - \(end - begin\) \/ (\d+)/.exec(program)?.[1];
      const hours = /\bHALF_A_DAY = (\d+) \* 3600\b/.exec(program)?.[1];
      return [
        ...when(
          share === undefined || Number(share) > 3,
          share ? `renews with a ${share}th of the lifetime left` : "does not say when it renews",
          "entrypoints",
        ),
        ...when(
          hours === undefined || Number(hours) > most,
          hours ? `looks every ${hours} hours` : "does not say how often it looks",
          "entrypoints",
        ),
      ];
    },
    stack: (resources, { facts: { site } }) => {
      if (site.tls.mode !== "acme") return undefined;
      const kept = resources
        .filter((resource) => isKind(resource, "container"))
        .some(({ inputs }) => known(() => serviceOf(inputs)) === "certbot");
      return when(!kept, "nothing renews the certificate", "site.tls.mode");
    },
  },
};
