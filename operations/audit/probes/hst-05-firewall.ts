import { type Probe, ofServers } from "../probe.ts";

const mend =
  "Drop what is not meant for the site in the chain `DOCKER-USER` (`iptables -I DOCKER-USER -i eth0 -p tcp -m conntrack --ctstate NEW ! --ctorigdstport 443 …`, the same by `ip6tables`), store it by `netfilter-persistent save` and `systemctl enable netfilter-persistent`; or in a table of your own with `hook forward` in /etc/nftables.conf and `systemctl enable nftables`. Chains of Docker's own are written anew at every start.";

/** A rule that concerns one source or one port only does not cover the others; one that excepts a port does. */
const narrow = /(?<!! )--(dports?|ctorigdstport|dport) |(?<!! )-s |(?<!! )--(match-set|string) /;
const drops = /-j (DROP|REJECT)\b/;

export const probe: Probe = {
  id: "HST-05",
  name: "packet filters cover published ports and come back by themselves",
  description:
    "Docker's published ports bypass ufw and the chain INPUT: only DOCKER-USER, or a forward hook of one's own, stands before them. Rules that were typed in are gone after the next boot.",
  severity: "critical",
  reference: "Docker: Packet filtering and firewalls; CIS Debian Linux 12, 4",
  checklist: "Security: firewall open on 80, 443 and SSH only",
  mend,
  resource: "host",
  decide: ofServers(({ facts }) => {
    const told = "See that `iptables-save` (package iptables) works on the server.";
    const nftables = facts.optional("nftables").join("\n");
    const own = ownForward(nftables);
    const covered = (fact: string): boolean =>
      own ||
      facts
        .lines(fact, told)
        .some((line) => /^-[AI] DOCKER-USER /.test(line) && drops.test(line) && !narrow.test(line));
    const byIPv6 = facts
      .lines("published", "See that `docker ps` works on the server.")
      .some((line) => line.includes("[::]:"));
    const findings = [
      ...(covered("iptables") ? [] : ["IPv4"]),
      ...(byIPv6 && !covered("ip6tables") ? ["IPv6"] : []),
    ].map((family) => ({
      where: family,
      found: "nothing drops what reaches published ports, beside what Docker lets through",
    }));
    if (findings.length > 0) return { findings, seen: "" };
    const files = facts
      .lines("firewall-files", "Run systemd on the server; what starts rules otherwise is not known here.")
      .map((line) => line.split(":"));
    const started = files.filter(([, units = ""]) => units.trim() !== "");
    if (started.length > 0)
      return {
        findings,
        seen: `rules drop the rest, brought back by ${started.map(([file, units]) => `${units?.trim() ?? ""} (${file ?? ""})`).join(", ")}`,
      };
    if (files.length > 0)
      return {
        findings: files.map(([file = ""]) => ({ where: file, found: "no enabled unit loads it at boot" })),
        seen: "",
      };
    return {
      findings: [{ where: "boot", found: "the rules are in no file, so that they end with the next boot" }],
      seen: "",
    };
  }),
};

/** Whether a chain of nobody but the administrator filters what is forwarded, and drops. */
function ownForward(ruleset: string): boolean {
  return ruleset
    .split(/^(?=table )/m)
    .filter((table) => !/^table (ip|ip6) (filter|nat|raw|mangle|docker-bridges)\b/.test(table))
    .some((table) =>
      table
        .split(/^\s*(?=chain )/m)
        .some(
          (chain) =>
            /type filter hook (forward|prerouting)/.test(chain) &&
            /policy drop|^\s*(?!.*\b(saddr|dport) (?!!)).*\b(drop|reject)$/m.test(chain),
        ),
    );
}
