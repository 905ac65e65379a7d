import { type Probe, ofServers } from "../probe.ts";

const mend =
  '`apt-get install unattended-upgrades`, then in /etc/apt/apt.conf.d/20auto-upgrades `APT::Periodic::Update-Package-Lists "1";` and `APT::Periodic::Unattended-Upgrade "1";`, `systemctl enable --now apt-daily-upgrade.timer`, and for the engine `apt-mark hold docker.io containerd` (or docker-ce containerd.io), to be upgraded at an hour of your choice.';

export const probe: Probe = {
  id: "HST-14",
  name: "security upgrades install themselves, the Docker engine apart",
  description:
    "What is known to be open is attacked within days. The engine itself is upgraded by hand: its upgrade touches every container.",
  severity: "high",
  reference: "CIS Debian Linux 12, 1.2.2; Debian: UnattendedUpgrades",
  mend,
  resource: "host",
  decide: ofServers(({ facts }) => {
    const told = "The host must be Debian or Ubuntu; elsewhere see to it by hand and waive HST-14 for host.";
    const settings = facts.lines("upgrade-settings", told);
    const installed = facts
      .lines("packages", told)
      .filter((line) => line.startsWith("ii"))
      .map((line) => line.split(/\s+/).at(-1) ?? "");
    const held = facts.lines("held", told);
    const start = facts.lines("upgrade-start", told)[0];
    const on = (name: string): boolean =>
      settings.some((line) => line.startsWith(`APT::Periodic::${name} "`) && !/"(0|)"/.test(line));
    const listed = settings
      .filter((line) => line.startsWith("Unattended-Upgrade::Package-Blacklist:"))
      .map((line) => /"(.*)"/.exec(line)?.[1] ?? "");
    const engine = installed.filter((name) => name !== "unattended-upgrades");
    const guarded = (name: string): boolean =>
      held.includes(name) || listed.some((pattern) => pattern !== "" && matches(pattern, name));
    return {
      findings: [
        ...(installed.includes("unattended-upgrades")
          ? []
          : [{ where: "unattended-upgrades", found: "is not installed" }]),
        ...["Update-Package-Lists", "Unattended-Upgrade"]
          .filter((name) => !on(name))
          .map((name) => ({ where: `APT::Periodic::${name}`, found: "is off" })),
        ...(start === "nothing"
          ? [{ where: "apt-daily-upgrade.timer", found: "is not enabled: nothing starts the upgrades" }]
          : []),
        ...engine
          .filter((name) => !guarded(name))
          .map((name) => ({ where: name, found: "is upgraded together with the rest" })),
      ],
      seen: `started by ${start ?? ""}; ${engine.join(", ") || "no package of the engine"} kept back`,
    };
  }),
};

/** As unattended-upgrades takes a pattern: a regular expression from the name's beginning. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})`).test(name);
  } catch {
    return false;
  }
}
