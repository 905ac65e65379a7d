/** What an audit of the running stack must know of it beside the containers; nothing of it is secret. */
import type { Model } from "./environment.ts";
import type { Command } from "./preset.ts";

export interface AuditSubject {
  tier: Model["tier"];
  policies: Model["policies"];
  domains: string[];
  ports: Model["site"]["ports"];
  /** Whether the site's certificate comes from an authority that browsers know. */
  publicAuthority: boolean;
  healthPath: string;
  /** Judges the application's own settings; exit status 0: nothing to say. */
  check?: Command;
  /** Whether a migration is pending; exit status 0: none. */
  pending?: Command;
}

export function auditSubject({ tier, policies, site, application, commands }: Model): AuditSubject {
  return {
    ...{ tier, policies, domains: site.domains, ports: site.ports },
    publicAuthority: site.tls.mode === "acme" && site.tls.caCertificate === undefined,
    healthPath: application.healthPath,
    ...(commands.check ? { check: commands.check } : {}),
    ...(commands.pending ? { pending: commands.pending } : {}),
  };
}
