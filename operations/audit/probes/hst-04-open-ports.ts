import { UndecidedError } from "../../../policies/unknown.ts";
import { type Probe, ofServers } from "../probe.ts";

const mend =
  "Stop what listens there, or close the port in the server's firewall and in the provider's; a container's port is closed by not publishing it (`DOCKER-USER`, not ufw, covers published ones).";
const again =
  "Run the audit again from a machine that reaches the server by IPv4 and IPv6 without a firewall that slows it down.";

export const probe: Probe = {
  id: "HST-04",
  name: "only SSH, HTTP and HTTPS answer from outside",
  description:
    "Every TCP port is tried from this machine, by IPv4 and by IPv6: what counts is what answers, not what a rule says.",
  severity: "critical",
  reference: "CIS Debian Linux 12, 4; CIS Docker 5.8",
  checklist: "Security: firewall open on 80, 443 and SSH only",
  mend,
  resource: "host",
  decide: ofServers(({ stack, ports, facts }) => {
    const { host } = stack;
    const allowed = [host.type === "ssh" ? host.port : 22, stack.ports.http, stack.ports.https];
    if ("missing" in ports) throw new UndecidedError({ where: "scan", found: ports.missing }, again);
    const findings = ports.addresses.flatMap(({ address, open }) =>
      open
        .filter((port) => !allowed.includes(port))
        .map((port) => ({
          where: address,
          found: `port ${port} answers${listener(facts.optional("listeners"), port)}`,
        })),
    );
    const untried = ports.addresses.find(({ missing }) => missing !== undefined);
    if (findings.length === 0 && untried)
      throw new UndecidedError({ where: untried.address, found: untried.missing ?? "" }, again);
    const own = allowed[1] === 80 && allowed[2] === 443 ? "" : `; ${allowed.slice(1).join(" and ")} by site.ports`;
    const answering = ports.addresses.map(({ address, open }) => `${open.join(", ") || "nothing"} on ${address}`);
    return { findings, seen: `${answering.join("; ")}, of ${ports.tried} TCP ports each${own}` };
  }),
};

/** The name of the program, as `ss -Hltnp` tells it. */
function listener(lines: readonly string[], port: number): string {
  const line = lines.find((each) => each.split(/\s+/)[3]?.endsWith(`:${port}`));
  const [, name] = /users:\(\("([^"]+)"/.exec(line ?? "") ?? [];
  return name === undefined ? "" : `: ${name}`;
}
