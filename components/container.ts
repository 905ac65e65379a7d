/** The only wrapper round docker.Container: the safe posture of every container, and the provider's traps. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { Command } from "../config/preset.ts";

export interface Mount {
  /** Named volume. */
  volume: pulumi.Input<string>;
  path: string;
  readOnly?: boolean;
}

export interface ContainerArgs {
  /** Name of the stack on its host. */
  stack: string;
  /** Service within the stack, such as `backend`; a label says it. */
  service: string;
  /**
   * Whether two generations may run side by side. If so, the new one is created and healthy before the old one goes,
   * under a name of its own; if not, the name is fixed and the old one goes first.
   */
  overlap: boolean;
  /** The image as the engine holds it. */
  image: docker.RemoteImage | { imageId: pulumi.Input<string> };
  /** The image as it was asked for: shows in a plan which image a container gets. */
  reference: pulumi.Input<string>;
  entrypoint?: Command;
  command?: pulumi.Input<pulumi.Input<string>[]>;
  /** Numeric user and group; never root. */
  user: string;
  /** Variables in clear: they show in `docker inspect`. */
  variables?: Record<string, pulumi.Input<string>>;
  /** Networks with the names that the container answers to there. */
  networks: { name: pulumi.Input<string>; aliases?: string[] }[];
  /** Knows the host itself as `host.docker.internal`. Default: no. */
  reachesHost?: boolean;
  mounts?: Mount[];
  /** Writable folders in memory, with their mount options. */
  temporary?: Record<string, string>;
  /** Published ports: outside → inside. */
  ports?: { external: number; internal: number }[];
  /** Seconds: `timeout` of one check, `startPeriod` in which one that fails does not count yet. */
  health: { command: Command; timeout: number; startPeriod: number };
  /** MiB. */
  memory: number;
  cpus: number;
  /** Shared memory, MiB. */
  sharedMemory?: number;
  /** Seconds between SIGTERM and SIGKILL. */
  stopGrace: number;
  stopSignal?: string;
  /** Further labels: what of the outside the container depends on, so that a plan shows its replacement. */
  labels?: Record<string, pulumi.Input<string>>;
}

/**
 * Seconds between two health checks of the engine. Each starts a process in the container, all day; whoever waits for a
 * container asks its check himself (host/health/ask.sh).
 */
const checkInterval = 30;

/** A replaced container leaves its connections time; the provider's own patience is on top. */
const margin = 60;

/** Whoever needs the container well depends on its health gate, not on itself. @see health-gate.ts */
export function container(name: string, args: ContainerArgs, options: pulumi.CustomResourceOptions): docker.Container {
  const labels = {
    "socle.stack": args.stack,
    "socle.service": args.service,
    "socle.image": args.reference,
    ...args.labels,
  };
  const networks = args.networks.map(({ name: network, aliases }) => ({ name: network, aliases: aliases ?? [] }));
  return new docker.Container(
    // The engine's name of one that may overlap is this with a random end.
    args.overlap ? `${args.stack}-${name}` : name,
    {
      ...(args.overlap ? {} : { name: `${args.stack}-${args.service}`, hostname: args.service }),
      image: args.image.imageId,
      entrypoints: args.entrypoint,
      command: args.command,
      user: args.user,
      envs: Object.entries(args.variables ?? {})
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([key, value]) => pulumi.interpolate`${key}=${value}`),
      labels: Object.entries(labels)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([label, value]) => ({ label, value })),
      networkMode: networks[0]?.name,
      networksAdvanced: networks,
      ...(args.reachesHost ? { hosts: [{ host: "host.docker.internal", ip: "host-gateway" }] } : {}),
      mounts: (args.mounts ?? []).map(({ volume, path, readOnly = false }) => ({
        type: "volume",
        source: volume,
        target: path,
        readOnly,
      })),
      tmpfs: args.temporary ?? {},
      ports: (args.ports ?? []).map((port) => ({ ...port, protocol: "tcp", ip: "0.0.0.0" })),
      healthcheck: {
        tests: ["CMD", ...args.health.command],
        interval: seconds(checkInterval),
        timeout: seconds(args.health.timeout),
        startPeriod: seconds(args.health.startPeriod),
        retries: 3,
      },
      // A task waits for its health: health-gate.ts.
      wait: false,
      memory: args.memory,
      // The same number: no swap, and no false difference at the next preview.
      memorySwap: args.memory,
      // As the provider reads it back: a whole number has a decimal.
      cpus: Number.isInteger(args.cpus) ? args.cpus.toFixed(1) : String(args.cpus),
      shmSize: args.sharedMemory ?? 64,
      restart: "unless-stopped",
      stopTimeout: args.stopGrace,
      stopSignal: args.stopSignal,
      destroyGraceSeconds: args.stopGrace,
      readOnly: true,
      init: false,
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      ipcMode: "private",
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "5" },
      mustRun: true,
    },
    {
      ...options,
      deleteBeforeReplace: !args.overlap,
      // The provider calls a changed health check an update in place and then forgets it (terraform-provider-docker#988).
      replaceOnChanges: ["healthcheck", "labels"],
      customTimeouts: {
        create: `${String(2 * margin)}s`,
        delete: `${String(args.stopGrace + margin)}s`,
      },
    },
  );
}

/** The daemon writes durations its own way: 90 seconds come back as 1m30s, which would show as a difference. */
export function seconds(count: number): string {
  const parts: [number, string][] = [
    [Math.floor(count / 3600), "h"],
    [Math.floor((count % 3600) / 60), "m"],
    [count % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  return first === -1
    ? "0s"
    : parts
        .slice(first)
        .map(([amount, unit]) => `${String(amount)}${unit}`)
        .join("");
}
