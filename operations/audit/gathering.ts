/** Gathers what the probes decide on: from inside, then from outside. */
import { lookup } from "node:dns/promises";
import { isIPv6 } from "node:net";

import type { AuditSubject } from "../../config/audit-subject.ts";
import type { Stack } from "../stack.ts";
import { tool } from "../tool.ts";
import type { Facts } from "./facts.ts";
import { gatherInside } from "./inside.ts";
import type { Gathering } from "./missing.ts";
import { askSite } from "./outside/answers.ts";
import { type PortScan, scanPorts } from "./outside/ports.ts";
import { scanTls } from "./outside/tls.ts";
import type { Gathered } from "./probe.ts";
import type { Progress } from "./progress.ts";

export async function gather(stack: Stack, subject: AuditSubject, progress: Progress): Promise<Gathered> {
  const { host } = stack.outputs.operations;
  progress("asking the host and its containers");
  const facts = await gatherInside(stack, subject);
  const address = host.type === "local" ? "127.0.0.1" : host.address;
  const { domains, ports, healthPath } = subject;
  progress("asking the site");
  const answers = await attempted(() => askSite({ address, domains, ports, healthPath }));
  progress("scanning TLS");
  const tls = await attempted(() => scanTls(() => tool("python", "sslyze"), address, ports.https, domains));
  const scan =
    host.type === "local"
      ? { missing: "there is nobody outside this machine's own engine" }
      : await attempted(() => scanAll(address, facts, progress));
  return { stack: { ...subject, host }, now: new Date(), facts, ports: scan, tls, answers };
}

/** By every address that leads to the host: those of its name, and those by IPv6 that it says it has. */
async function scanAll(name: string, facts: Facts, progress: Progress): Promise<PortScan> {
  const named = (await lookup(name, { all: true })).map(({ address }) => address);
  const own = facts
    .optional("addresses")
    .filter((line) => !/\b(temporary|deprecated)\b/.test(line))
    .filter((line) => !/^\d+: (docker|br-|veth)/.test(line))
    .flatMap((line) => /inet6 ([0-9a-f:]+)\//.exec(line)?.[1] ?? [])
    .filter((address) => isIPv6(address) && !/^f[cd]/.test(address));
  const addresses = [...new Set([...named, ...own])];
  return scanPorts(addresses, {
    progress: (address, done, of) => progress(`trying ports of ${address}: ${Math.floor((done / of) * 100)} %`),
  });
}

async function attempted<T>(what: () => Promise<T>): Promise<Gathering<T>> {
  try {
    return await what();
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}
