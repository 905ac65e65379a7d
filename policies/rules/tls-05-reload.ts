import { isKind, type Resource } from "../resource.ts";
import { serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";

const folder = "/etc/certificates";

export const rule: Rule = {
  id: "TLS-05",
  name: "a renewed certificate is served",
  description:
    "Nginx reads a certificate when it starts or reloads: one that was only renewed on disk expires before visitors' eyes.",
  severity: "critical",
  reference: "nginx.org: Controlling nginx, changing configuration",
  checklist: "Security: TLS on",
  mend: "Start Nginx with host/nginx/start.sh, which reloads it when the certificate changes, and mount the same volume into Certbot.",
  decide: {
    container: (container) => {
      if (serviceOf(container) !== "nginx") return undefined;
      const program = (container.entrypoints ?? []).join("\n");
      const watches = program.includes("site.pem") && /nginx\b.*-s reload/.test(program);
      return when(!watches, "does not reload Nginx when site.pem changes", "entrypoints");
    },
    stack: (resources, { facts: { site } }) => {
      if (site.tls.mode !== "acme") return undefined;
      const [served, renewed] = ["nginx", "certbot"].map((service) => certificates(resources, service));
      return when(
        served === undefined || served !== renewed,
        "Nginx and Certbot do not share the certificate's volume",
        "mounts",
      );
    },
  },
};

/** The volume that a service has its certificates in. */
function certificates(resources: readonly Resource[], service: string): string | undefined {
  return resources
    .filter((resource) => isKind(resource, "container"))
    .find(({ inputs }) => serviceOf(inputs) === service)
    ?.inputs.mounts?.find(({ target }) => target === folder)?.source;
}
