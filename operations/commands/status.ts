/** `socle status`: what runs, and how it is. */
import type { Command } from "commander";

import { described, type Lock, readLock } from "../../deployment/lock.ts";
import { described as maintained, type Maintenance, maintenanceOf } from "../../deployment/maintenance.ts";
import { described as inWords, type Period } from "../backup/archive.ts";
import { Repository } from "../backup/repository.ts";
import { type Condition, type ContainerCondition, readCondition } from "../condition.ts";
import { Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { coloured, table } from "../table.ts";
import { placeOf } from "./lock.ts";

interface Service {
  service: string;
  container: string;
  /** `healthy`, or what is wrong. */
  condition: string;
  well: boolean;
  started: string | undefined;
  restarts: number;
  digest: string;
}

/** What keeps a stack from being changed, and visitors from the site. */
interface Hold {
  lock: Lock | undefined;
  maintenance: Maintenance | undefined;
}

export function addStatus(program: Command): void {
  withStack(
    program
      .command("status")
      .description("what runs, and how it is; exit status 1 where a service is not well")
      .addHelpText("after", "\nExamples:\n  socle status --stack production\n  socle status --json | jq .services\n"),
  ).action(async ({ stack: name, json }: StackOptions) => {
    const stack = Stack.read(name);
    const condition = await readCondition(stack);
    const hold: Hold = {
      lock: await readLock(placeOf(stack)),
      // Nginx is asked; where it does not run, that stands among the services.
      maintenance: await maintenanceOf(placeOf(stack)).catch(() => undefined),
    };
    const recoverable = await recoverableOf(stack);
    const services = judged(stack, condition.containers);
    if (services.some(({ well }) => !well)) process.exitCode = 1;
    const { url, release, operations } = stack.outputs;
    const { certificate, disk, queues, taken } = condition;
    if (json) {
      const all = {
        stack: name,
        tier: operations.tier,
        url,
        release,
        services,
        certificate,
        disk,
        queues,
        taken,
        recoverable,
      };
      const { lock = null, maintenance = null } = hold;
      console.log(JSON.stringify({ ...all, lock, maintenance }, undefined, 2));
    } else console.log(page(stack, services, { ...condition, ...hold, recoverable }));
  });
}

/** Where changes are archived: the moments that the database can be brought back to; none where nothing tells. */
async function recoverableOf(stack: Stack): Promise<Period[] | undefined> {
  if (!stack.outputs.services["archive"]) return undefined;
  try {
    return (await new Repository(stack).archive()).periods;
  } catch {
    // A backup container that does not run stands among the services.
    return [];
  }
}

/** What should run, and what else there is of a service: a former container that a release did not come to remove. */
function judged(stack: Stack, containers: readonly ContainerCondition[]): Service[] {
  const expected = Object.entries(stack.outputs.services).map(([service, { container, digest }]): Service => {
    const found = containers.find(({ name }) => name === container);
    return {
      service,
      container,
      condition: found ? conditionOf(found) : "missing",
      well: found?.state === "running" && (found.health ?? "healthy") === "healthy",
      started: found?.started,
      restarts: found?.restarts ?? 0,
      digest,
    };
  });
  const known = new Set(expected.map(({ container }) => container));
  const others = containers
    .filter(({ name, labels }) => !known.has(name) && labels["socle.service"] !== undefined)
    .map((found): Service => ({
      service: `${found.labels["socle.service"] ?? ""} (of another release)`,
      container: found.name,
      condition: conditionOf(found),
      well: true,
      started: found.started,
      restarts: found.restarts,
      digest: found.labels["socle.image"]?.split("@")[1] ?? found.image,
    }));
  return [...expected, ...others];
}

function conditionOf({ state, health, exitCode, outOfMemory }: ContainerCondition): string {
  if (state === "running") return health ?? "running";
  if (state !== "exited") return state;
  return outOfMemory ? "exited: out of memory" : `exited with code ${exitCode}`;
}

function page(
  stack: Stack,
  services: Service[],
  {
    certificate,
    disk,
    queues,
    taken,
    lock,
    maintenance,
    recoverable,
  }: Condition & Hold & { recoverable: Period[] | undefined },
): string {
  const { url, release, operations } = stack.outputs;
  const { host } = operations;
  const where = host.type === "ssh" ? host.address : "this machine";
  const rows = services.map(({ service, condition, well, started, restarts, digest }) => [
    service,
    coloured(well ? "green" : "red", condition),
    started === undefined ? "" : age(started),
    restarts > 0 ? coloured("yellow", String(restarts)) : "0",
    digest.replace(/^sha256:([0-9a-f]{12}).*/, "$1"),
  ]);
  const facts = [
    ...(maintenance ? [["Maintenance", coloured("yellow", maintained(maintenance))]] : []),
    ...(lock ? [["Lock", coloured("yellow", described(lock))]] : []),
    ...(certificate
      ? [
          [
            "Certificate",
            `${days(certificate.daysLeft)} left, until ${certificate.until.slice(0, 10)} (${certificate.issuer})`,
          ],
        ]
      : [["Certificate", coloured("red", "none that could be read")]]),
    ...(disk ? [["Disk", `${gigabytes(disk.free)} of ${gigabytes(disk.total)} free where Docker keeps its data`]] : []),
    ...(recoverable
      ? [["Recoverable", recoverable.map(inWords).join("; ") || coloured("yellow", "no moment yet")]]
      : []),
    ...(stack.outputs.services["worker"]
      ? [
          [
            "Celery",
            `${Object.entries(queues)
              .map(([queue, waiting]) => `${queue}: ${waiting} waiting`)
              .join(", ")}; ${taken} taken by workers`,
          ],
        ]
      : []),
  ];
  return [
    `${coloured("bold", stack.name)} (${operations.tier}) on ${where}: ${url}`,
    `release ${release}`,
    "",
    table(["SERVICE", "CONDITION", "UP", "RESTARTS", "IMAGE"], rows),
    "",
    ...facts.map(([name = "", fact = ""]) => `${name.padEnd(11)}  ${fact}`),
  ].join("\n");
}

const gigabytes = (bytes: number): string => `${(bytes / 1_000_000_000).toFixed(1)} GB`;

function days(count: number): string {
  const text = `${count} ${count === 1 ? "day" : "days"}`;
  return count < 7 ? coloured("red", text) : text;
}

/** In the largest unit that fits. */
function age(since: string): string {
  const seconds = Math.max(0, (Date.now() - Date.parse(since)) / 1000);
  const units: [number, string][] = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
  ];
  const [size, unit] = units.find(([length]) => seconds >= length) ?? [1, "s"];
  return `${Math.floor(seconds / size)} ${unit}`;
}
