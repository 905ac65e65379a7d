/** Redis: broker of Celery, channel layer and cache. */
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { healthGate } from "./health-gate.ts";
import { type Image, pulledImage } from "./image.ts";
import type { Networks } from "./network.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";

export interface RedisArgs {
  settings: Model["redis"];
  image: string;
  password: pulumi.Output<string>;
  /** Seconds that work may go on with the former password after a rotation. */
  handover: number;
  host: DockerHost;
  networks: Networks;
}

/** User and group `redis` of the official image. */
const owner = "999:999";

export class Redis extends pulumi.ComponentResource {
  readonly image: Image;
  readonly containerName: pulumi.Output<string>;
  readonly ready: pulumi.Resource;

  constructor(name: string, args: RedisArgs, options?: pulumi.ComponentResourceOptions) {
    const { settings, host, networks } = args;
    super("socle:index:Redis", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this };
    this.image = pulledImage(`${name}-image`, host, args.image, this);
    const data = volume(`${name}-data`, host, { purpose: "redis" }, parent);
    const secrets = volume(`${name}-secrets`, host, { purpose: "redis-secrets" }, parent);

    const password = task(
      `${name}-password`,
      host.connection,
      {
        script: "redis/password.sh",
        arguments: {
          container: `${host.stack}-redis`,
          volume: secrets.name,
          image: this.image.imageId,
          owner,
          seconds: args.handover,
        },
        input: pulumi.interpolate`${args.password}\n`,
        secret: true,
      },
      parent,
    );

    const server = container(
      name,
      {
        stack: host.stack,
        service: "redis",
        overlap: false,
        image: this.image,
        reference: this.image.reference,
        user: owner,
        command: [
          "redis-server",
          // A write is on the disk before it is acknowledged: a task that waits in a queue outlives a crash of Redis and a
          // power failure. With `everysec` up to two seconds of them do not (redis.io, "Redis persistence"). One that a worker
          // is just taking can be lost either way: kombu takes it off the queue before it notes that it has it.
          ...["--appendonly", "yes"],
          ...["--appendfsync", settings.fsync],
          // Room for the copy that a rewrite of the file makes.
          ...["--maxmemory", `${String(Math.floor(settings.memory * 0.6))}mb`],
          // Celery's queues are no cache: a full Redis refuses writes rather than forget tasks.
          ...["--maxmemory-policy", "noeviction"],
          ...["--aclfile", "/run/socle/users.acl"],
        ],
        networks: [{ name: networks.data, aliases: ["redis"] }],
        mounts: [
          { volume: data.name, path: "/data" },
          { volume: secrets.name, path: "/run/socle", readOnly: true },
        ],
        temporary: { "/tmp": "" },
        health: {
          command: ["/bin/sh", "-c", "REDISCLI_AUTH=$(cat /run/socle/password) redis-cli ping | grep -q PONG"],
          timeout: 5,
          startPeriod: 30,
        },
        memory: settings.memory,
        cpus: settings.cpus,
        stopGrace: settings.stopGrace,
      },
      { ...parent, dependsOn: [password] },
    );
    this.containerName = server.name;
    this.ready = healthGate(name, host, { container: server }, parent);
    this.registerOutputs({});
  }
}
