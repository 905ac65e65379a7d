import { type Probe, ofServers } from "../probe.ts";

const mend =
  "`apt-get install systemd-timesyncd` (or chrony), `systemctl enable --now systemd-timesyncd` and `timedatectl set-ntp true`; see `timedatectl timesync-status` for why it does not come to agree, such as a firewall that drops UDP 123.";

export const probe: Probe = {
  id: "HST-16",
  name: "the clock is kept by a time server",
  description: "Certificates, signed sessions, scheduled tasks and every log depend on the time of day.",
  severity: "high",
  reference: "CIS Debian Linux 12, 2.3",
  mend,
  resource: "host",
  decide: ofServers(({ facts }) => {
    const lines = facts.lines("clock", "Install systemd-timesyncd or chrony on the server.");
    const synchronised = lines.some((line) => line === "NTPSynchronized=yes" || /^Leap status +: Normal/.test(line));
    return {
      findings: synchronised
        ? []
        : [
            {
              where: "clock",
              found: `is not synchronised (${lines.find((line) => /^NTP|^Leap/.test(line)) ?? lines[0] ?? "nothing told"})`,
            },
          ],
      seen: "synchronised",
    };
  }),
};
