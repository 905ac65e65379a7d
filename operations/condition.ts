/** How a stack is at this moment, as its host says. */
import { X509Certificate } from "node:crypto";

import type { Stack } from "./stack.ts";

export interface ContainerCondition {
  name: string;
  /** As the engine says: running, exited, restarting… */
  state: string;
  /** As the engine found, or as the check answers where the engine did not ask yet: healthy, unhealthy, starting. */
  health: string | null;
  started: string;
  ended: string;
  exitCode: number;
  restarts: number;
  outOfMemory: boolean;
  /** Identity of the image's content on the engine. */
  image: string;
  labels: Record<string, string>;
}

export interface Condition {
  containers: ContainerCondition[];
  certificate: { subject: string; issuer: string; until: string; daysLeft: number } | undefined;
  /** Bytes, where Docker keeps its data. */
  disk: { total: number; free: number } | undefined;
  /** Tasks that wait, by Celery queue. */
  queues: Record<string, number>;
  /** Tasks that a worker took and did not end yet. */
  taken: number;
}

/** @throws HostError */
export async function readCondition(stack: Stack): Promise<Condition> {
  const found: Condition = { containers: [], certificate: undefined, disk: undefined, queues: {}, taken: 0 };
  const said = await stack.host.ask("operations/status.sh", [stack.outputs.operations.name]);
  for (const [key, ...values] of said.split("\n").map((line) => line.split("\t"))) {
    const [first = "", second = ""] = values;
    if (key === "well") {
      for (const container of found.containers) if (`/${container.name}` === first) container.health = "healthy";
    } else if (key === "container") {
      const container = JSON.parse(values.join("\t")) as ContainerCondition;
      found.containers.push({ ...container, name: container.name.replace(/^\//, "") });
    } else if (key === "certificate" && first !== "") found.certificate = certificate(first.replaceAll("|", "\n"));
    else if (key === "disk") found.disk = { total: Number(first) * 1024, free: Number(second) * 1024 };
    else if (key === "queue") {
      // Kombu keeps a list for each priority above 0, its name ended by separators and the number.
      const queue = first.split("\u0006")[0] ?? first;
      found.queues[queue] = (found.queues[queue] ?? 0) + Number(second);
    } else if (key === "taken") found.taken = Number(first);
  }
  // One that is empty is not there.
  if (stack.outputs.services["worker"]) found.queues["celery"] ??= 0;
  return found;
}

function certificate(pem: string): Condition["certificate"] {
  const { subject, issuer, validToDate } = new X509Certificate(pem);
  return {
    subject: subject.replaceAll("\n", ", "),
    issuer: issuer.replaceAll("\n", ", "),
    until: validToDate.toISOString(),
    daysLeft: Math.floor((validToDate.getTime() - Date.now()) / 86_400_000),
  };
}
