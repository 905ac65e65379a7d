import { X509Certificate } from "node:crypto";

import { UndecidedError } from "../../../policies/unknown.ts";
import type { Probe } from "../probe.ts";

const mend =
  "`docker logs socle-STACK-certbot` says why no new certificate came, `docker logs socle-STACK-nginx` why it was not taken up; `docker exec socle-STACK-nginx nginx -s reload -c /etc/socle/current/nginx.conf` takes the one on disk up at once.";

export const probe: Probe = {
  id: "LIV-02",
  name: "the served certificate is the one on disk, with more than a third of its life left",
  description:
    "A renewal that Nginx never took up, or one that has failed for weeks, shows on the day when browsers turn visitors away.",
  severity: "critical",
  reference: "RFC 8555; Let's Encrypt: renew at a third of the lifetime",
  checklist: "Security: TLS on",
  mend,
  resource: "site",
  decide: ({ facts, tls, now }) => {
    const stored = facts
      .lines("certificate", "See that the stack's Nginx runs: `npm run -s socle -- status`.")
      .join("\n");
    const served = "missing" in tls ? tls : tls.served;
    if ("missing" in served)
      throw new UndecidedError(
        { where: "served", found: served.missing },
        "See that this machine reaches the site's port.",
      );
    const end = "-----END CERTIFICATE-----";
    const leaf = new X509Certificate(stored.slice(0, stored.indexOf(end) + end.length));
    const [from, until] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()];
    const left = (until - now.getTime()) / (until - from);
    const day = leaf.validToDate.toISOString().slice(0, 10);
    return {
      findings: [
        ...served
          .filter(({ fingerprint }) => fingerprint !== leaf.fingerprint256)
          .map(({ domain }) => ({ where: domain, found: "another certificate is served than the one on disk" })),
        ...(left > 1 / 3
          ? []
          : [
              {
                where: "lifetime",
                found: `${Math.max(0, Math.round(left * 100))} % of it are left; it ends on ${day}`,
              },
            ]),
      ],
      seen: `until ${day}, ${Math.round(left * 100)} % of its life left, served for ${served.map(({ domain }) => domain).join(", ")}`,
    };
  },
};
