// What the engine of this machine says of a stack's containers, networks and volumes.
import { readFile } from "node:fs/promises";

import { docker, lines, run, type Result } from "./command.ts";
import { type Machine, thisMachine } from "./machine.ts";

/** Of what `docker container inspect` says. */
export interface Container {
  Id: string;
  Name: string;
  Image: string;
  State: { Running: boolean; StartedAt: string; Pid: number; Health?: { Status: string } };
  Config: { User: string; Env: string[]; Labels: Record<string, string>; Healthcheck?: { Test: string[] } };
  HostConfig: {
    ReadonlyRootfs: boolean;
    Privileged: boolean;
    CapDrop: string[] | null;
    CapAdd: string[] | null;
    SecurityOpt: string[] | null;
    Memory: number;
    MemorySwap: number;
    NanoCpus: number;
    RestartPolicy: { Name: string };
    LogConfig: { Type: string; Config: Record<string, string> };
  };
  Mounts: { Type: string; Name: string; Destination: string; RW: boolean }[];
  NetworkSettings: {
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null>;
    Networks: Record<string, { IPAddress: string }>;
  };
}

/** Runs `docker` on a machine, and fails as it does. */
export type Engine = (...words: string[]) => Promise<string>;
const here: Engine = (...words) => docker(words);

export async function inspect(container: string, engine = here): Promise<Container> {
  const [found] = JSON.parse(await engine("container", "inspect", container)) as Container[];
  if (found === undefined) throw new Error(`no container ${container}`);
  return found;
}

/** Names of the running containers of a stack, or of one service of it. */
export async function containersOf(stack: string, service?: string): Promise<string[]> {
  const labels = [`label=socle.stack=${stack}`, ...(service ? [`label=socle.service=${service}`] : [])];
  return lines(await docker(["ps", "--format", "{{.Names}}", ...labels.flatMap((label) => ["--filter", label])]));
}

/** Everything on an engine whose name begins with the prefix, a line each. */
export async function leftovers(prefix: string, machine: Machine = thisMachine): Promise<string[]> {
  const named = async (noun: string, list: string[]): Promise<string[]> =>
    lines((await machine.exec(["docker", ...list, "--filter", `name=${prefix}`])).stdout)
      .filter((name) => name.startsWith(prefix))
      .map((name) => `${noun} ${name}`);
  return [
    ...(await named("container", ["ps", "--all", "--format", "{{.Names}}"])),
    ...(await named("network", ["network", "ls", "--format", "{{.Name}}"])),
    ...(await named("volume", ["volume", "ls", "--format", "{{.Name}}"])),
  ].sort();
}

/** Removes what `leftovers` lists. */
export async function sweep(prefix: string): Promise<void> {
  const left = (await leftovers(prefix)).map((line) => line.split(" ") as [string, string]);
  for (const noun of ["container", "network", "volume"]) {
    const names = left.filter(([kind]) => kind === noun).map(([, name]) => name);
    if (names.length > 0)
      await docker([noun, "rm", ...(noun === "container" ? ["--force", "--volumes"] : []), ...names]);
  }
}

/** psql in the container of PostgreSQL, as its superuser: bare rows, and an end at the first error. */
export const psql = (database = "site"): string[] => [
  ...["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database],
];

/** Runs a command in a container, as the user of its processes. */
export function within(
  container: string,
  command: string[],
  options: { input?: string; check?: boolean } = {},
): Promise<Result> {
  return run("docker", ["exec", "--interactive", container, ...command], options);
}

/** A file of the container's first process under /proc, as the host sees it. */
export async function processFile(container: string, file: string): Promise<string> {
  const { State } = await inspect(container);
  return readFile(`/proc/${State.Pid}/${file}`, "utf8");
}

/** The words of the container's first process. */
export async function firstProcess(container: string): Promise<string[]> {
  return (await processFile(container, "cmdline")).split("\0").slice(0, -1);
}

/** Numbers, as the host has them, of the processes of a program in a container. */
export async function processesOf(container: string, program: string): Promise<number[]> {
  const listing = lines(await docker(["top", container, "-eo", "pid,comm"]));
  return listing.filter((line) => line.trim().endsWith(` ${program}`)).map((line) => Number.parseInt(line, 10));
}

/** Whether a container is up and, where it has a health check, well; one that the engine did not ask yet is asked. */
export async function isWell(container: string, engine = here): Promise<boolean> {
  const { State, Config } = await inspect(container, engine);
  if (!State.Running) return false;
  const status = State.Health?.Status ?? "healthy";
  if (status !== "starting") return status === "healthy";
  const [kind, ...words] = Config.Healthcheck?.Test ?? [];
  const command = kind === "CMD" ? words : ["/bin/sh", "-c", ...words];
  return engine("exec", container, ...command).then(
    () => true,
    () => false,
  );
}
