/** What to request of a running site, and what to expect: what every site answers, and the checks of its own. */
import type { Model } from "./environment.ts";

export interface SmokeCheck {
  /** What the check proves. */
  name: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  status: number;
  /** Header that the answer has, with the beginning of its value. */
  header?: { name: string; value: string } | undefined;
  /** Text that the answer holds. */
  contains?: string | undefined;
  /** Seconds that the answer may take. */
  timeout: number;
}

/** A request that changes nothing, with nothing particular about it. */
const plainly = { method: "GET", headers: {}, status: 200, timeout: 10 };

export function smokeChecks({
  site,
  application,
  frontend,
  release,
}: Pick<Model, "site" | "application" | "frontend" | "release">): SmokeCheck[] {
  const base = site.url.replace(/\/$/, "");
  const plain = `http://${site.domains[0] ?? ""}${site.ports.http === 80 ? "" : `:${String(site.ports.http)}`}/`;
  return [
    { ...plainly, name: "the application, its database and Redis are well", url: `${base}${application.healthPath}` },
    {
      ...plainly,
      name: "plain HTTP leads to HTTPS",
      url: plain,
      status: 301,
      header: { name: "location", value: site.url },
    },
    ...(frontend
      ? [{ ...plainly, name: "a route of the single-page application", url: `${base}/a/route/of/the/application` }]
      : []),
    ...release.smokeChecks.map(({ path, ...check }) => ({ ...check, url: `${base}${path}` })),
  ];
}

/**
 * The checks as host/nginx/smoke.sh reads them: a line for each thing to know, a line `end` after each check. Nginx takes
 * them for comments.
 */
export function smokeCheckLines(checks: readonly SmokeCheck[]): string {
  return checks
    .flatMap(({ name, method, url, headers, status, header, contains, timeout }) => [
      `check ${name}`,
      `ask ${method} ${url}`,
      ...Object.entries(headers).map(([key, value]) => `send ${key}: ${value}`),
      `status ${String(status)}`,
      ...(header ? [`header ${header.name}: ${header.value}`] : []),
      ...(contains === undefined ? [] : [`contains ${contains}`]),
      `within ${String(timeout)}`,
      "end",
    ])
    .map((text) => `#: ${text}\n`)
    .join("");
}
