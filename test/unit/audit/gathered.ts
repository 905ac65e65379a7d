// What an audit gathers of a server where all is well, and changes of it.
import { X509Certificate } from "node:crypto";

import { Facts } from "../../../operations/audit/facts.ts";
import type { TlsReport } from "../../../operations/audit/outside/tls.ts";
import type { Gathered } from "../../../operations/audit/probe.ts";

/** Valid from 2026-11-01 to 2027-01-30, for site.example.org. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBRDCB6qADAgECAgEBMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEHNpdGUuZXhh
bXBsZS5vcmcwHhcNMjYxMTAxMDAwMDAwWhcNMjcwMTMwMDAwMDAwWjAbMRkwFwYD
VQQDDBBzaXRlLmV4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
DmtWQaJqSLctoknT0bGZs8MK53LarGwyF6/Dlj4/SnfejTcXsyugSMF67h4rS/8F
AVkEtmlUrJGa9hsJUiYGCqMfMB0wGwYDVR0RBBQwEoIQc2l0ZS5leGFtcGxlLm9y
ZzAKBggqhkjOPQQDAgNJADBGAiEAw+tWA9D10olL0gHrPYhplvz/Ff7wokvCR7IB
PGGPhDsCIQDwnMNoBymeKn/YVAicnIWx9yDz00M2MZz+SioCqip2yg==
-----END CERTIFICATE-----`;

export const stack: Gathered["stack"] = {
  tier: "production",
  policies: { enforcement: {}, waivers: [] },
  domains: ["site.example.org"],
  ports: { http: 80, https: 443 },
  publicAuthority: true,
  healthPath: "/health/",
  check: ["python", "manage.py", "check"],
  pending: ["python", "manage.py", "migrate", "--check"],
  host: {
    type: "ssh",
    address: "203.0.113.10",
    port: 22,
    user: "deploy",
    hostKey: "ssh-ed25519 AAAA",
    prepare: true,
    minimum: { cpus: 2, memory: 3500, disk: 45 },
  },
};

const engine = {
  LiveRestoreEnabled: true,
  SecurityOptions: ["name=seccomp,profile=builtin", "name=no-new-privileges"],
  RegistryConfig: {
    InsecureRegistryCIDRs: ["::1/128", "127.0.0.0/8"],
    IndexConfigs: { "docker.io": { Secure: true } },
  },
};

const sshd = ["port 22", "permitrootlogin no", "passwordauthentication no", "kbdinteractiveauthentication no"];

/** Name of a fact → exit status and lines. */
export type Told = Record<string, [status: number, ...lines: string[]]>;

export const told: Told = {
  sshd: [0, ...sshd],
  "sshd-root": [0, ...sshd],
  "sshd-user": [0, ...sshd],
  iptables: [
    0,
    "*filter",
    ":DOCKER-USER - [0:0]",
    "-A FORWARD -j DOCKER-USER",
    "-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN",
    "-A DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 443 --ctdir ORIGINAL -j RETURN",
    "-A DOCKER-USER -i eth0 -j DROP",
  ],
  ip6tables: [0, "*filter"],
  nftables: [127, "nft: not found"],
  "firewall-files": [0, "/etc/iptables/rules.v4: netfilter-persistent.service"],
  published: [
    0,
    "socle-production-nginx 0.0.0.0:80->8080/tcp, 0.0.0.0:443->8443/tcp",
    "socle-production-redis 6379/tcp",
  ],
  engine: [0, JSON.stringify(engine)],
  listeners: [
    0,
    'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))',
    'LISTEN 0 5 0.0.0.0:9999 0.0.0.0:* users:(("python3",pid=99,fd=3))',
    'LISTEN 0 4096 0.0.0.0:443 0.0.0.0:* users:(("docker-proxy",pid=7,fd=4))',
  ],
  addresses: [0],
  "upgrade-settings": [
    0,
    'APT::Periodic::Update-Package-Lists "1";',
    'APT::Periodic::Unattended-Upgrade "1";',
    'Unattended-Upgrade::Package-Blacklist:: "docker";',
  ],
  packages: [0, "ii  docker.io", "ii  containerd", "un  docker-ce", "ii  unattended-upgrades"],
  held: [0, "containerd"],
  "upgrade-start": [0, "apt-daily-upgrade.timer"],
  clock: [0, "NTPSynchronized=yes"],
  disk: [0, "Filesystem 1024-blocks Used Available Capacity Mounted on", "/dev/sda1 1000 300 700 30% /"],
  inodes: [
    0,
    "Filesystem Inodes IUsed IFree IUse% Mounted on",
    "/dev/sda1 1000 300 700 10% /",
    "/dev/sda2 0 0 0 - /boot",
  ],
  certificate: [0, ...certificate.split("\n")],
  database: [0, "checksums|on"],
  check: [0, "System check identified no issues (0 silenced)."],
  pending: [0],
};

export const factsOf = (facts: Told): Facts =>
  new Facts(
    Object.entries(facts)
      .map(([name, [status, ...lines]]) => [`${name} ${status}`, ...lines.map((line) => ` ${line}`)].join("\n"))
      .join("\n"),
  );

export const headers = {
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": "camera=()",
};

const completed = <T>(result: T) => ({ status: "COMPLETED", result });
const suites = (...names: string[]) =>
  completed({
    is_tls_version_supported: names.length > 0,
    accepted_cipher_suites: names.map((openssl_name) => ({ cipher_suite: { openssl_name } })),
  });

export const tlsReport: TlsReport = {
  ssl_2_0_cipher_suites: suites(),
  ssl_3_0_cipher_suites: suites(),
  tls_1_0_cipher_suites: suites(),
  tls_1_1_cipher_suites: suites(),
  tls_1_2_cipher_suites: suites("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305"),
  tls_1_3_cipher_suites: suites("TLS_AES_128_GCM_SHA256"),
  tls_compression: completed({ supports_compression: false }),
  openssl_ccs_injection: completed({ is_vulnerable_to_ccs_injection: false }),
  heartbleed: completed({ is_vulnerable_to_heartbleed: false }),
  robot: completed({ robot_result: "NOT_VULNERABLE_RSA_NOT_SUPPORTED" }),
  session_renegotiation: completed({
    supports_secure_renegotiation: true,
    is_vulnerable_to_client_renegotiation_dos: false,
  }),
  certificate_info: completed({
    certificate_deployments: [
      { path_validation_results: [{ trust_store: { name: "Mozilla" }, was_validation_successful: true }] },
    ],
  }),
};
export const accepting = suites;

/** A third of the certificate's life has gone. */
export const now = new Date("2026-12-01T00:00:00Z");

export function gathered(): Gathered {
  return {
    stack: structuredClone(stack),
    now,
    facts: factsOf(told),
    ports: { addresses: [{ address: "203.0.113.10", open: [22, 80, 443] }], tried: 65_535 },
    tls: {
      report: structuredClone(tlsReport),
      served: [{ domain: "site.example.org", fingerprint: new X509Certificate(certificate).fingerprint256 }],
    },
    answers: {
      redirects: [
        {
          domain: "site.example.org",
          status: 301,
          location: "https://site.example.org/a/page?of=audit",
          wanted: "https://site.example.org/a/page?of=audit",
        },
      ],
      answers: [
        { what: "the health page", wanted: "200", status: 200, headers },
        { what: "a file that is not there", wanted: "404", status: 404, headers },
        { what: "a request that fails", wanted: "5xx", status: 501, headers },
      ],
    },
  };
}
