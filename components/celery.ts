/** Celery: the worker, and beat as a single instance. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import { beatFolder } from "../config/preset.ts";
import type { Application } from "./application.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { healthGate, patience } from "./health-gate.ts";
import type { Image } from "./image.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";

export interface CeleryArgs {
  user: string;
  /** Seconds that a new container of the application may take to become healthy. */
  startTimeout: number;
  worker: Model["worker"];
  beat: Model["beat"];
  commands: Model["commands"];
  application: Application;
  /** For work on volumes: has a shell, and is not another one with each release. */
  tools: Image;
  host: DockerHost;
  /** What must be done first: migrations. */
  after: pulumi.Resource[];
}

export class Celery extends pulumi.ComponentResource {
  /** The worker, and the seconds that it may take to become healthy: the traffic moves once it is. */
  readonly worker: { container: docker.Container; seconds: number } | undefined;
  private readonly args: CeleryArgs;

  constructor(name: string, args: CeleryArgs, options?: pulumi.ComponentResourceOptions) {
    const { worker, commands, application, host, after } = args;
    super("socle:index:Celery", name, {}, { ...options, provider: host.provider });
    this.args = args;
    if (!worker.enabled) return;
    const server = container(
      "worker",
      {
        ...application.containerArgs(commands.worker),
        service: "worker",
        // Workers share a queue: the new one takes tasks while the old one ends those it has.
        overlap: true,
        health: {
          command: application.health(commands.workerHealth),
          timeout: 5,
          startPeriod: 60,
        },
        memory: worker.memory,
        cpus: worker.cpus,
        stopGrace: worker.stopGrace,
      },
      { parent: this, dependsOn: after },
    );
    this.worker = { container: server, seconds: Math.max(patience, args.startTimeout) };
  }

  /** Replaces the scheduler, once the release serves: where it does not, the former one goes on. */
  schedule({ after }: { after: pulumi.Resource[] }): pulumi.Output<string> | undefined {
    const { user, beat, commands, application, tools, host } = this.args;
    const parent = { parent: this };
    let name: pulumi.Output<string> | undefined;
    // The switch has waited for it; one that fell ill since must not end the `up` as if all were well.
    if (this.worker) healthGate("worker", host, { ...this.worker, after }, parent);
    if (beat.enabled) {
      const schedule = volume("beat-schedule", host, { purpose: "beat" }, parent);
      const owner = task(
        "beat-schedule-owner",
        host.connection,
        { script: "volume-owner.sh", arguments: [tools.imageId, user, schedule.name] },
        parent,
      );
      const shared = application.containerArgs(commands.beat);
      const server = container(
        "beat",
        {
          ...shared,
          service: "beat",
          // Two schedulers would queue every periodic task twice.
          overlap: false,
          mounts: [...(shared.mounts ?? []), { volume: schedule.name, path: beatFolder }],
          health: { command: commands.beatHealth, timeout: 5, startPeriod: 60 },
          memory: beat.memory,
          cpus: beat.cpus,
          stopGrace: beat.stopGrace,
        },
        { ...parent, dependsOn: [...after, owner] },
      );
      name = server.name;
      healthGate("beat", host, { container: server }, parent);
    }
    this.registerOutputs({});
    return name;
  }
}
