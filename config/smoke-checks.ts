/** What to request of a running site, and what to expect. */
import type { Model } from "./environment.ts";

export interface SmokeCheck {
  /** What the check proves. */
  name: string;
  url: string;
  status: number;
  /** Header that the answer has, with the beginning of its value. */
  header?: { name: string; value: string };
}

export function smokeChecks({
  site,
  application,
  frontend,
}: Pick<Model, "site" | "application" | "frontend">): SmokeCheck[] {
  const base = site.url.replace(/\/$/, "");
  const plain = `http://${site.domains[0] ?? ""}${site.ports.http === 80 ? "" : `:${String(site.ports.http)}`}/`;
  return [
    { name: "the application, its database and Redis are well", url: `${base}${application.healthPath}`, status: 200 },
    { name: "plain HTTP leads to HTTPS", url: plain, status: 301, header: { name: "location", value: site.url } },
    ...(application.preset === "django"
      ? [{ name: "the sign-in page of the administration", url: `${base}/admin/login/`, status: 200 }]
      : []),
    ...(frontend
      ? [{ name: "a route of the single-page application", url: `${base}/a/route/of/the/application`, status: 200 }]
      : []),
  ];
}
