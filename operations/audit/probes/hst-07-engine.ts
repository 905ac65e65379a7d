import { z } from "zod";

import { type Probe, ofServers } from "../probe.ts";

const mend =
  'Set in /etc/docker/daemon.json on the server `"live-restore": true` and `"no-new-privileges": true`, take out `insecure-registries` and every `tcp://` of `hosts` (and of `-H` in the unit), then `systemctl restart docker`; containers outlive it. With `host.prepare` the first `pulumi up` sets the first two, unless others use the engine.';

/** Of `docker info --format json`. */
const information = z.object({
  LiveRestoreEnabled: z.boolean(),
  SecurityOptions: z.array(z.string()).nullable(),
  RegistryConfig: z.object({
    InsecureRegistryCIDRs: z.array(z.string()).nullish(),
    IndexConfigs: z.record(z.string(), z.object({ Secure: z.boolean() })).nullish(),
  }),
});

/** Docker's own default. */
const thisMachine = ["127.0.0.0/8", "::1/128"];
/** Of a swarm, between its machines; they speak TLS. */
const swarm = [2377, 7946];

export const probe: Probe = {
  id: "HST-07",
  name: "the Docker engine keeps containers running and lets nobody in",
  description:
    "A restart of the engine must not stop the site, no process may gain privileges, images come over TLS, and whoever reaches the engine is root.",
  severity: "high",
  reference: "CIS Docker 2.5, 2.7, 2.14, 2.15",
  mend,
  resource: "host",
  decide: ofServers(({ facts }) => {
    const told = "See that `docker info` and `ss -ltnp` (package iproute2) work on the server.";
    const info = information.parse(JSON.parse(facts.lines("engine", told).join("\n")));
    const open = facts
      .lines("listeners", told)
      .filter((line) => line.includes('"dockerd"'))
      .map((line) => line.split(/\s+/)[3] ?? "")
      .filter((address) => !swarm.includes(Number(address.split(":").at(-1))));
    const insecure = [
      ...(info.RegistryConfig.InsecureRegistryCIDRs ?? []).filter((range) => !thisMachine.includes(range)),
      ...Object.entries(info.RegistryConfig.IndexConfigs ?? {}).flatMap(([name, { Secure }]) => (Secure ? [] : [name])),
    ];
    const privileges = (info.SecurityOptions ?? []).some((option) => option.includes("no-new-privileges"));
    return {
      findings: [
        ...(info.LiveRestoreEnabled
          ? []
          : [{ where: "live-restore", found: "is off: a restart of the engine stops the site" }]),
        ...(privileges ? [] : [{ where: "no-new-privileges", found: "is not the engine's default" }]),
        ...insecure.map((name) => ({
          where: "insecure-registries",
          found: `${name} is asked without TLS that proves who it is`,
        })),
        ...open.map((address) => ({ where: address, found: "the engine listens on TCP" })),
      ],
      seen: "live-restore and no-new-privileges are on, every registry is asked over TLS, no TCP socket",
    };
  }),
};
