import { UndecidedError } from "../../../policies/unknown.ts";
import type { Finding } from "../../../policies/rule.ts";
import type { TlsReport } from "../outside/tls.ts";
import type { Probe } from "../probe.ts";

const mend =
  "The site's own Nginx offers just this (host/nginx/nginx.conf): see that nothing else answers on its port, such as a proxy of the provider, and run `pulumi up`. A certificate that is not trusted: `docker logs socle-STACK-certbot` says what the ACME server answered.";

/** Mozilla 6.0, intermediate, as OpenSSL names them. */
const suites = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].flatMap((suite) =>
  ["ECDSA", "RSA"].map((key) => `ECDHE-${key}-${suite}`),
);
const old = {
  ssl_2_0_cipher_suites: "SSL 2.0",
  ssl_3_0_cipher_suites: "SSL 3.0",
  tls_1_0_cipher_suites: "TLS 1.0",
  tls_1_1_cipher_suites: "TLS 1.1",
} as const;

export const probe: Probe = {
  id: "LIV-01",
  name: "a TLS scanner finds nothing to object to",
  description:
    "What visitors' browsers are offered is tried from outside by sslyze: versions, suites, known attacks, trust.",
  severity: "high",
  reference: "Mozilla Server Side TLS 6.0, intermediate; RFC 8996",
  checklist: "Security: TLS on",
  mend,
  resource: "site",
  decide: ({ stack, tls }) => {
    const undecided = (found: string): never => {
      throw new UndecidedError(
        { where: "sslyze", found },
        "Run `toolchain/setup.sh --operator` on this machine, and see that it reaches the site's port.",
      );
    };
    if ("missing" in tls) return undecided(tls.missing);
    if ("missing" in tls.report) return undecided(tls.report.missing);
    const { report } = tls;
    const incomplete = Object.entries(report).find(([, { status }]) => status !== "COMPLETED");
    if (incomplete)
      return undecided(`${incomplete[0]} was not completed: ${incomplete[1].error_reason ?? incomplete[1].status}`);
    const trust = stack.publicAuthority ? untrusted(report) : [];
    const foot = stack.publicAuthority
      ? "trusted by Mozilla's store"
      : "its authority is not a public one, so that trust is not judged";
    return {
      findings: [...versions(report), ...attacks(report), ...trust],
      seen: `TLS 1.2 and 1.3 alone, Mozilla's suites; ${foot}`,
    };
  },
};

function versions(report: TlsReport): Finding[] {
  const where = "versions";
  const spoken = Object.entries(old).filter(
    ([name]) => report[name as keyof typeof old].result?.is_tls_version_supported,
  );
  const modern = report.tls_1_2_cipher_suites.result;
  const newest = report.tls_1_3_cipher_suites.result;
  const weak = (modern?.accepted_cipher_suites ?? [])
    .map(({ cipher_suite }) => cipher_suite.openssl_name)
    .filter((name) => !suites.includes(name));
  return [
    ...spoken.map(([, name]) => ({ where, found: `${name} is spoken` })),
    ...(newest?.is_tls_version_supported ? [] : [{ where, found: "TLS 1.3 is not spoken" }]),
    ...weak.map((name) => ({ where: "suites", found: `${name} is accepted` })),
  ];
}

function attacks(report: TlsReport): Finding[] {
  const renegotiation = report.session_renegotiation.result;
  const open = {
    "TLS compression (CRIME)": report.tls_compression.result?.supports_compression,
    "CCS injection (CVE-2014-0224)": report.openssl_ccs_injection.result?.is_vulnerable_to_ccs_injection,
    "Heartbleed (CVE-2014-0160)": report.heartbleed.result?.is_vulnerable_to_heartbleed,
    ROBOT: report.robot.result?.robot_result.startsWith("VULNERABLE"),
    "insecure renegotiation": renegotiation && !renegotiation.supports_secure_renegotiation,
    "renegotiation by clients": renegotiation?.is_vulnerable_to_client_renegotiation_dos,
  };
  return Object.entries(open).flatMap(([name, found]) =>
    found ? [{ where: "attacks", found: `open to ${name}` }] : [],
  );
}

function untrusted(report: TlsReport): Finding[] {
  const paths = report.certificate_info.result?.certificate_deployments.flatMap((each) => each.path_validation_results);
  const mozilla = (paths ?? []).filter(({ trust_store }) => trust_store.name === "Mozilla");
  if (mozilla.some(({ was_validation_successful }) => was_validation_successful)) return [];
  return [
    { where: "certificate", found: `browsers do not trust it: ${mozilla[0]?.validation_error ?? "no path was tried"}` },
  ];
}
