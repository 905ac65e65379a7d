// For every probe: what makes it violated and with which words, what leaves it undecided, what it lets pass.
import { Facts } from "../../../operations/audit/facts.ts";
import type { Gathered } from "../../../operations/audit/probe.ts";
import { accepting, factsOf, headers, told, tlsReport, type Told } from "./gathered.ts";

type Change = (all: Gathered) => void;

export interface Cases {
  good?: Record<string, Change>;
  bad: Record<string, [Change, ...found: string[]]>;
  undecided: Record<string, [Change, found: string]>;
  notApplicable?: Record<string, [Change, reason: string]>;
}

/** The host tells something else. */
const facts =
  (changes: Told): Change =>
  (all) => {
    all.facts = factsOf({ ...told, ...changes });
  };
/** One line of a fact is another. */
const line = (fact: string, from: string, to: string): Change =>
  facts({
    [fact]: told[fact]!.map((each) => (typeof each === "string" ? each.replace(from, to) : each)) as Told[string],
  });
const silent: Change = (all) => {
  all.facts = new Facts("", "could not be asked: ssh: connect to host 203.0.113.10 port 22: Connection refused");
};
const refused = (fact: string): string =>
  `${fact}: could not be asked: ssh: connect to host 203.0.113.10 port 22: Connection refused`;
const local: Change = (all) => {
  all.stack.host = { type: "local", socket: "unix:///var/run/docker.sock" };
};
const noServer: Cases["notApplicable"] = {
  "on a local engine": [local, "the stack runs on this machine's own engine, not on a server"],
};
const rules = (...added: string[]): Change => facts({ iptables: [0, "*filter", ":DOCKER-USER - [0:0]", ...added] });
const uncovered = (family: string): string =>
  `${family}: nothing drops what reaches published ports, beside what Docker lets through`;
const engine = (changes: object): Change =>
  facts({ engine: [0, JSON.stringify({ ...(JSON.parse(told["engine"]![1]!) as object), ...changes })] });
const report =
  (changes: Partial<typeof tlsReport>): Change =>
  (all) => {
    if ("missing" in all.tls) return;
    all.tls.report = { ...tlsReport, ...changes };
  };
const answer =
  (index: number, changes: object): Change =>
  (all) => {
    if ("missing" in all.answers) return;
    Object.assign(all.answers.answers[index]!, changes);
  };
const without = (name: keyof typeof headers) =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));

export const cases: Record<string, Cases> = {
  "HST-01": {
    bad: {
      "passwords are taken": [
        facts({
          sshd: [0, "permitrootlogin no", "passwordauthentication yes", "kbdinteractiveauthentication no"],
          "sshd-root": [0, "permitrootlogin no", "passwordauthentication yes", "kbdinteractiveauthentication no"],
          "sshd-user": [0, "permitrootlogin no", "passwordauthentication yes", "kbdinteractiveauthentication no"],
        }),
        "sshd: passwordauthentication is yes, not no",
      ],
      "root logs in by key": [
        line("sshd", "permitrootlogin no", "permitrootlogin without-password"),
        "sshd: permitrootlogin is without-password, not no",
      ],
      "a Match block lets one user in by password": [
        line("sshd-user", "passwordauthentication no", "passwordauthentication yes"),
        "sshd, for the user who deploys: passwordauthentication is yes, not no",
      ],
      "an sshd that says nothing": [
        facts({ sshd: [0], "sshd-root": [0], "sshd-user": [0] }),
        "sshd: passwordauthentication is not told, not no",
        "sshd: kbdinteractiveauthentication is not told, not no",
        "sshd: permitrootlogin is not told, not no",
      ],
    },
    undecided: {
      "the host cannot be asked": [silent, refused("sshd")],
      "no sshd there": [facts({ sshd: [127, "sshd: not found"] }), "sshd: could not be asked: sshd: not found"],
      "sshd refuses its settings": [facts({ sshd: [255, "", "bad option"] }), "sshd: could not be asked: bad option"],
    },
    notApplicable: noServer,
  },
  "HST-04": {
    good: {
      "on other ports by configuration": (all) => {
        all.stack.ports = { http: 8080, https: 8443 };
        all.ports = { addresses: [{ address: "203.0.113.10", open: [22, 8080, 8443] }], tried: 65_535 };
      },
    },
    bad: {
      "a program listens": [
        (all) => {
          all.ports = { addresses: [{ address: "203.0.113.10", open: [22, 80, 443, 9999] }], tried: 65_535 };
        },
        "203.0.113.10: port 9999 answers: python3",
      ],
      "PostgreSQL, by IPv6 alone": [
        (all) => {
          all.ports = {
            addresses: [
              { address: "203.0.113.10", open: [22, 80, 443] },
              { address: "2001:db8::10", open: [22, 5432] },
            ],
            tried: 65_535,
          };
        },
        "2001:db8::10: port 5432 answers",
      ],
    },
    undecided: {
      "no scan": [(all) => (all.ports = { missing: "getaddrinfo ENOTFOUND" }), "scan: getaddrinfo ENOTFOUND"],
      "no way by IPv6": [
        (all) => {
          all.ports = {
            addresses: [
              { address: "203.0.113.10", open: [22, 80, 443] },
              { address: "2001:db8::10", open: [], missing: "this machine has no route to it" },
            ],
            tried: 65_535,
          };
        },
        "2001:db8::10: this machine has no route to it",
      ],
    },
    notApplicable: noServer,
  },
  "HST-05": {
    good: {
      "a table of one's own": facts({
        iptables: [0, "*filter"],
        nftables: [
          0,
          "table inet socle {",
          "\tchain forward {",
          "\t\ttype filter hook forward priority filter; policy drop;",
          "\t\tct state established,related accept",
          "\t}",
          "}",
        ],
        "firewall-files": [0, "/etc/nftables.conf: nftables.service"],
      }),
      "a drop that excepts ports": rules("-A DOCKER-USER -i eth0 -p tcp -m multiport ! --dports 8080,8443 -j DROP"),
    },
    bad: {
      "no rule at all": [rules("-A DOCKER-USER -j RETURN"), uncovered("IPv4")],
      "one address alone is kept out": [rules("-A DOCKER-USER -s 198.51.100.7/32 -j DROP"), uncovered("IPv4")],
      "one port alone is kept out": [rules("-A DOCKER-USER -p tcp -m tcp --dport 5432 -j DROP"), uncovered("IPv4")],
      "only INPUT is filtered, as ufw does": [rules("-P INPUT DROP", "-A INPUT -j DROP"), uncovered("IPv4")],
      "Docker's own tables": [
        facts({
          iptables: [0, "*filter"],
          nftables: [
            0,
            "table ip filter {",
            "\tchain FORWARD {",
            "\t\ttype filter hook forward priority filter; policy drop;",
            "\t}",
            "}",
          ],
        }),
        uncovered("IPv4"),
      ],
      "published by IPv6 too": [
        facts({ published: [0, "nginx 0.0.0.0:80->80/tcp, [::]:80->80/tcp"] }),
        uncovered("IPv6"),
      ],
      "the rules are in no file": [
        facts({ "firewall-files": [0] }),
        "boot: the rules are in no file, so that they end with the next boot",
      ],
      "nothing loads the file": [
        facts({ "firewall-files": [0, "/etc/iptables/rules.v4:"] }),
        "/etc/iptables/rules.v4: no enabled unit loads it at boot",
      ],
    },
    undecided: {
      "the host cannot be asked": [silent, refused("published")],
      "no iptables": [
        facts({ iptables: [127, "iptables-save: not found"] }),
        "iptables: could not be asked: iptables-save: not found",
      ],
      "no systemd": [facts({ "firewall-files": [127] }), "firewall-files: could not be asked: exit status 127"],
    },
    notApplicable: noServer,
  },
  "HST-07": {
    bad: {
      "live-restore is off": [
        engine({ LiveRestoreEnabled: false }),
        "live-restore: is off: a restart of the engine stops the site",
      ],
      "privileges may be gained": [engine({ SecurityOptions: null }), "no-new-privileges: is not the engine's default"],
      "a registry without TLS": [
        engine({
          RegistryConfig: {
            InsecureRegistryCIDRs: ["127.0.0.0/8", "10.0.0.0/8"],
            IndexConfigs: { "registry.example.org:5000": { Secure: false } },
          },
        }),
        "insecure-registries: 10.0.0.0/8 is asked without TLS that proves who it is",
        "insecure-registries: registry.example.org:5000 is asked without TLS that proves who it is",
      ],
      "an open socket": [
        facts({ listeners: [0, 'LISTEN 0 4096 *:2375 *:* users:(("dockerd",pid=1,fd=3))'] }),
        "*:2375: the engine listens on TCP",
      ],
    },
    undecided: {
      "the host cannot be asked": [silent, refused("engine")],
      "the engine does not answer": [
        facts({ engine: [1, "Cannot connect to the Docker daemon"] }),
        "engine: could not be asked: Cannot connect to the Docker daemon",
      ],
      "no ss": [facts({ listeners: [127, "ss: not found"] }), "listeners: could not be asked: ss: not found"],
    },
    notApplicable: noServer,
  },
  "HST-14": {
    good: {
      "held back by hand": facts({
        held: [0, "docker.io", "containerd"],
        "upgrade-settings": [0, ...(told["upgrade-settings"]!.slice(1, 3) as string[])],
      }),
    },
    bad: {
      "not installed": [
        facts({ packages: [0, "ii  docker.io", "un  unattended-upgrades"] }),
        "unattended-upgrades: is not installed",
      ],
      "switched off": [
        line("upgrade-settings", 'Unattended-Upgrade "1"', 'Unattended-Upgrade "0"'),
        "APT::Periodic::Unattended-Upgrade: is off",
      ],
      "nothing starts it": [
        facts({ "upgrade-start": [0, "nothing"] }),
        "apt-daily-upgrade.timer: is not enabled: nothing starts the upgrades",
      ],
      "the engine goes with the rest": [facts({ held: [0] }), "containerd: is upgraded together with the rest"],
    },
    undecided: {
      "the host cannot be asked": [silent, refused("upgrade-settings")],
      "no Debian": [facts({ "upgrade-settings": [127] }), "upgrade-settings: could not be asked: exit status 127"],
    },
    notApplicable: noServer,
  },
  "HST-16": {
    good: { "by chrony": facts({ clock: [0, "Reference ID    : A9FEA97B", "Leap status     : Normal"] }) },
    bad: {
      "nobody keeps it": [
        facts({ clock: [0, "NTPSynchronized=no"] }),
        "clock: is not synchronised (NTPSynchronized=no)",
      ],
      "chrony has no source": [
        facts({ clock: [0, "Leap status     : Not synchronised"] }),
        "clock: is not synchronised (Leap status     : Not synchronised)",
      ],
    },
    undecided: {
      "the host cannot be asked": [silent, refused("clock")],
      "no tool": [
        facts({ clock: [127, "", "neither timedatectl nor chronyc is here"] }),
        "clock: could not be asked: neither timedatectl nor chronyc is here",
      ],
    },
    notApplicable: noServer,
  },
  "HST-17": {
    good: { "on a local engine": local, "79 %": line("disk", "30%", "79%") },
    bad: {
      "80 %": [line("disk", "30%", "80%"), "/: 80 % of the disk are used"],
      "no inodes left": [line("inodes", "10%", "100%"), "/: 100 % of its inodes are used"],
    },
    undecided: { "the host cannot be asked": [silent, refused("disk")] },
  },
  "LIV-01": {
    good: {
      "a private authority": (all) => {
        all.stack.publicAuthority = false;
        cases["LIV-01"]!.bad["not trusted"]![0](all);
      },
    },
    bad: {
      "TLS 1.0 and a weak suite": [
        report({ tls_1_0_cipher_suites: accepting("AES128-SHA"), tls_1_2_cipher_suites: accepting("AES128-SHA") }),
        "versions: TLS 1.0 is spoken",
        "suites: AES128-SHA is accepted",
      ],
      "no TLS 1.3": [report({ tls_1_3_cipher_suites: accepting() }), "versions: TLS 1.3 is not spoken"],
      Heartbleed: [
        report({ heartbleed: { status: "COMPLETED", result: { is_vulnerable_to_heartbleed: true } } }),
        "attacks: open to Heartbleed (CVE-2014-0160)",
      ],
      "not trusted": [
        report({
          certificate_info: {
            status: "COMPLETED",
            result: {
              certificate_deployments: [
                {
                  path_validation_results: [
                    {
                      trust_store: { name: "Mozilla" },
                      was_validation_successful: false,
                      validation_error: "self-signed certificate",
                    },
                  ],
                },
              ],
            },
          },
        }),
        "certificate: browsers do not trust it: self-signed certificate",
      ],
    },
    undecided: {
      "no sslyze": [
        (all) => {
          if (!("missing" in all.tls)) all.tls.report = { missing: "sslyze is not installed." };
        },
        "sslyze: sslyze is not installed.",
      ],
      "one scan broke off": [
        report({ robot: { status: "ERROR", error_reason: "CONNECTIVITY_ISSUE" } }),
        "sslyze: robot was not completed: CONNECTIVITY_ISSUE",
      ],
    },
  },
  "LIV-02": {
    bad: {
      "another one is served": [
        (all) => {
          if (!("missing" in all.tls)) all.tls.served = [{ domain: "site.example.org", fingerprint: "AB:CD" }];
        },
        "site.example.org: another certificate is served than the one on disk",
      ],
      "no renewal for a month": [
        (all) => {
          all.now = new Date("2027-01-10T00:00:00Z");
        },
        "lifetime: 22 % of it are left; it ends on 2027-01-30",
      ],
      "it has ended": [
        (all) => {
          all.now = new Date("2027-02-10T00:00:00Z");
        },
        "lifetime: 0 % of it are left; it ends on 2027-01-30",
      ],
    },
    undecided: {
      "the host cannot be asked": [silent, refused("certificate")],
      "nobody serves": [(all) => (all.tls = { missing: "connect ECONNREFUSED" }), "served: connect ECONNREFUSED"],
    },
  },
  "LIV-03": {
    bad: {
      "plain HTTP is served": [
        (all) => {
          if ("missing" in all.answers) return;
          Object.assign(all.answers.redirects[0]!, { status: 200, location: "" });
        },
        "http://site.example.org: answers 200 instead of a redirect to https://site.example.org/a/page?of=audit",
      ],
      "the redirect leads elsewhere": [
        (all) => {
          if ("missing" in all.answers) return;
          Object.assign(all.answers.redirects[0]!, { location: "https://example.net/" });
        },
        "http://site.example.org: answers 301 to https://example.net/ instead of a redirect to https://site.example.org/a/page?of=audit",
      ],
      "errors lose a header": [
        answer(1, { headers: without("x-frame-options") }),
        "a file that is not there (404): has no X-Frame-Options",
      ],
      "a day of HSTS": [
        answer(2, { headers: { ...headers, "strict-transport-security": "max-age=86400" } }),
        "a request that fails (501): Strict-Transport-Security is weaker than asked for: max-age=86400",
      ],
    },
    undecided: {
      "nobody answers": [(all) => (all.answers = { missing: "connect ECONNREFUSED" }), "answers: connect ECONNREFUSED"],
      "no error could be had": [
        answer(2, { status: 200 }),
        "a request that fails: was answered with 200, not with 5xx",
      ],
    },
  },
  "LIV-05": {
    bad: {
      "a warning": [
        facts({
          check: [
            1,
            "SystemCheckError: System check identified some issues:",
            "WARNINGS:",
            "?: (security.W004) You have not set a value for the SECURE_HSTS_SECONDS setting.",
            "System check identified 1 issue (0 silenced).",
          ],
        }),
        "check: ?: (security.W004) You have not set a value for the SECURE_HSTS_SECONDS setting.",
      ],
      "it cannot start": [
        facts({ check: [1, "ModuleNotFoundError: No module named 'core'"] }),
        "check: ModuleNotFoundError: No module named 'core'",
      ],
      "it says nothing": [facts({ check: [137] }), "check: ended with exit status 137"],
    },
    undecided: { "the host cannot be asked": [silent, refused("check")] },
    notApplicable: {
      "without such a command": [
        (all) => delete all.stack.check,
        "the application names no such command (application.commands.check)",
      ],
    },
  },
  "LIV-06": {
    good: { "without a command for pending ones": (all) => delete all.stack.pending },
    bad: {
      "a migration is pending": [
        facts({ pending: [1, "Planned operations:", "copies.0007_pages"] }),
        "migrations: are pending: copies.0007_pages",
      ],
      "an invalid index": [
        facts({ database: [0, "checksums|on", "invalid|copies_state"] }),
        "copies_state: is an invalid index",
      ],
    },
    undecided: {
      "the host cannot be asked": [silent, refused("database")],
      "PostgreSQL does not answer": [
        facts({ database: [2, "", 'FATAL:  database "site" does not exist'] }),
        'database: could not be asked: FATAL:  database "site" does not exist',
      ],
    },
  },
  "LIV-07": {
    bad: {
      off: [facts({ database: [0, "checksums|off"] }), "data_checksums: off"],
      "a page is spoilt": [
        facts({ database: [0, "checksums|on", "failures|site|3"] }),
        "site: 3 pages did not agree with their checksum",
      ],
    },
    undecided: { "the host cannot be asked": [silent, refused("database")] },
  },
};
