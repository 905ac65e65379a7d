/** What a probe is: what it says, and a pure decision over what was gathered. */
import type { AuditSubject } from "../../config/audit-subject.ts";
import type { Settings } from "../../config/schema.ts";
import type { Described, Finding } from "../../policies/rule.ts";
import type { Facts } from "./facts.ts";
import type { Gathering } from "./missing.ts";
import type { Answers } from "./outside/answers.ts";
import type { PortScan } from "./outside/ports.ts";
import type { TlsScan } from "./outside/tls.ts";

export interface Gathered {
  stack: AuditSubject & { host: Settings["host"] };
  /** When it was gathered. */
  now: Date;
  /** Told by the host and the stack's containers. */
  facts: Facts;
  /** Seen from this machine. */
  ports: Gathering<PortScan>;
  tls: Gathering<TlsScan>;
  answers: Gathering<Answers>;
}

/** Findings of a violation, none where all is well, and what was seen; or why the probe has nothing to say here. */
export type Outcome = { findings: readonly Finding[]; seen: string } | { notApplicable: string };

export interface Probe extends Described {
  /** What it is about, as waivers name it. */
  resource: "host" | "site" | "application" | "postgres";
  /** @throws UndecidedError where what it needs could not be gathered */
  decide: (gathered: Gathered) => Outcome;
}

/** A host that is no server has nobody outside: what only concerns servers is not asked there. */
export const ofServers =
  (decide: Probe["decide"]): Probe["decide"] =>
  (gathered) =>
    gathered.stack.host.type === "local"
      ? { notApplicable: "the stack runs on this machine's own engine, not on a server" }
      : decide(gathered);
