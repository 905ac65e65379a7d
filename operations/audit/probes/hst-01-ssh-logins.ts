import { type Probe, ofServers } from "../probe.ts";

const mend =
  "Write `PasswordAuthentication no`, `KbdInteractiveAuthentication no` and `PermitRootLogin no` into /etc/ssh/sshd_config.d/00-logins.conf on the server, then `systemctl reload ssh`. Where root is who deploys, first make a user with `sudo` for `host.user`; keep a session open until the new login works.";
const wanted = { passwordauthentication: "no", kbdinteractiveauthentication: "no", permitrootlogin: "no" };

/** Whose settings each fact shows: `Match` blocks may differ by user. */
const views = { sshd: "sshd", "sshd-root": "sshd, for root", "sshd-user": "sshd, for the user who deploys" };

export const probe: Probe = {
  id: "HST-01",
  name: "sshd takes keys only, and not root's",
  description: "Passwords are guessed by machines all day; root's name is the first that they try.",
  severity: "critical",
  reference: "CIS Debian Linux 12, 5.1; sshd_config(5)",
  mend,
  resource: "host",
  decide: ofServers(({ facts }) => {
    const findings = Object.entries(views).flatMap(([fact, where]) => {
      const settings = new Map(
        facts.lines(fact, "See that `sudo sshd -T` works on the server.").map((line) => {
          const [name = "", ...value] = line.split(" ");
          return [name.toLowerCase(), value.join(" ")] as const;
        }),
      );
      return Object.entries(wanted)
        .filter(([name, value]) => settings.get(name) !== value)
        .map(([name, value]) => ({ where, found: `${name} is ${settings.get(name) ?? "not told"}, not ${value}` }));
    });
    // What holds for everybody is said once.
    const general = new Set(findings.filter(({ where }) => where === views.sshd).map(({ found }) => found));
    return {
      findings: findings.filter(({ where, found }) => where === views.sshd || !general.has(found)),
      seen: "keys only, no root, also in every `Match` block that concerns root or the user who deploys",
    };
  }),
};
