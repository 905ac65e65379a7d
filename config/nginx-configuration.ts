/** Nginx's configuration, from the templates in host/nginx. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import type { Model } from "./environment.ts";

/** What is known only when the release's containers and files are there. */
export interface Upstream {
  /** Container that serves the application. */
  container: string;
  /** Folder of the single-page application's release; undefined where there is none. */
  frontend: string | undefined;
}

export interface NginxConfiguration {
  text: string;
  /** Short hash of the text, by which a running Nginx tells what it serves. */
  name: string;
}

const template = (file: string): string => readFileSync(new URL(`../host/nginx/${file}`, import.meta.url), "utf8");

export function nginxConfiguration(
  { name, site, application, nginx }: Pick<Model, "name" | "site" | "application" | "nginx">,
  { container, frontend }: Upstream,
): NginxConfiguration {
  const signIn = site.rateLimit.enabled ? site.rateLimit.paths : [];
  const paths = ["/admin/", ...site.apiPath].filter((path) => !signIn.includes(path));
  const text = filled("nginx.conf", {
    stack: name,
    drain: nginx.drain,
    max_body_size: site.maxBodySize,
    rate: site.rateLimit.perMinute,
    timeout: application.timeout,
    domains: site.domains.join(" "),
    https_port: site.ports.https === 443 ? "" : `:${String(site.ports.https)}`,
    content_security_policy: site.contentSecurityPolicy,
    upstream: `${container}:${String(application.port)}`,
    health_path: application.healthPath,
    page_cache: frontend ? String.raw`"~*\.(?:html|css|js|mjs|webmanifest)$" no-cache;` : "",
    sign_in: signIn.map((path) => filled("sign-in.conf", { path, burst: site.rateLimit.burst })).join(""),
    application: [...new Set(paths)].map((path) => filled("application.conf", { path })).join(""),
    pages: frontend ? filled("frontend.conf", { release: frontend }) : filled("application.conf", { path: "/" }),
  });
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return { text: text.replace("@configuration@", hash), name: hash };
}

/** A template with its @names@ filled in; one that is missing is an error here rather than on the host. */
function filled(file: string, values: Record<string, string | number>): string {
  return template(file).replace(/@([a-z_]+)@/g, (mark, key: string) => {
    if (key === "configuration") return mark;
    const value = values[key];
    if (value === undefined) throw new Error(`host/nginx/${file}: no value for ${mark}`);
    return String(value);
  });
}
