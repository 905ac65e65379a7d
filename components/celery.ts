/** Celery: the worker, and beat as a single instance. */
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import { beatFolder } from "../config/preset.ts";
import type { Application } from "./application.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";

export interface CeleryArgs {
  user: string;
  worker: Model["worker"];
  beat: Model["beat"];
  commands: Model["commands"];
  application: Application;
  host: DockerHost;
  /** What must be done first: migrations. */
  after: pulumi.Resource[];
}

export class Celery extends pulumi.ComponentResource {
  readonly workerName: pulumi.Output<string> | undefined;
  readonly beatName: pulumi.Output<string> | undefined;

  constructor(name: string, args: CeleryArgs, options?: pulumi.ComponentResourceOptions) {
    const { user, worker, beat, commands, application, host, after } = args;
    super("socle:index:Celery", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this };
    if (worker.enabled) {
      this.workerName = container(
        "worker",
        {
          ...application.containerArgs(commands.worker),
          service: "worker",
          // Workers share a queue: the new one takes tasks while the old one ends those it has.
          overlap: true,
          health: {
            command: application.health(commands.workerHealth),
            interval: 20,
            timeout: 15,
            retries: 3,
            startPeriod: 60,
          },
          memory: worker.memory,
          cpus: worker.cpus,
          stopGrace: worker.stopGrace,
        },
        { ...parent, dependsOn: after },
      ).name;
    }
    if (beat.enabled) {
      const schedule = volume("beat-schedule", host, { purpose: "beat" }, parent);
      const owner = task(
        "beat-schedule-owner",
        host.connection,
        { script: "volume-owner.sh", arguments: [application.image.imageId, user, schedule.name] },
        parent,
      );
      const shared = application.containerArgs(commands.beat);
      this.beatName = container(
        "beat",
        {
          ...shared,
          service: "beat",
          // Two schedulers would queue every periodic task twice.
          overlap: false,
          mounts: [...(shared.mounts ?? []), { volume: schedule.name, path: beatFolder }],
          health: { command: commands.beatHealth, interval: 5, timeout: 5, retries: 6, startPeriod: 60 },
          memory: beat.memory,
          cpus: beat.cpus,
          stopGrace: beat.stopGrace,
        },
        { ...parent, dependsOn: [...after, owner] },
      ).name;
    }
    this.registerOutputs({});
  }
}
