/** Nginx in front: its configuration comes from outside its container, so that a release reloads it and no more. */
import { readFileSync } from "node:fs";

import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import { nginxConfiguration } from "../config/nginx-configuration.ts";
import { smokeCheckLines, smokeChecks } from "../config/smoke-checks.ts";
import type { Application } from "./application.ts";
import type { Celery } from "./celery.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import type { Frontend } from "./frontend.ts";
import { healthGate } from "./health-gate.ts";
import { type Image, pulledImage } from "./image.ts";
import type { Networks } from "./network.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";

export interface NginxArgs {
  model: Pick<Model, "name" | "site" | "application" | "nginx" | "frontend" | "release">;
  image: string;
  host: DockerHost;
  networks: Networks;
}

export interface ServeArgs {
  application: Application;
  /** Name of the container that gets the traffic. */
  backend: pulumi.Output<string>;
  /** The release's worker, if there is one, and the seconds that it may take: it stops where the traffic goes back. */
  worker: Celery["worker"];
  frontend: Frontend | undefined;
  /** Volume with site.pem. */
  certificates: pulumi.Output<string>;
  /** What must be there before the traffic moves. */
  after: pulumi.Resource[];
}

/** User and group `nginx` of the official image; Certbot works as the same, to share the certificate. */
export const webUser = "101:101";
const start = readFileSync(new URL("../host/nginx/start.sh", import.meta.url), "utf8");

/** Seconds that a release waits for somebody to promote it. */
const longestCanary = 604_800;

export class Nginx extends pulumi.ComponentResource {
  readonly image: Image;
  /** Volume where Certbot answers the ACME server's challenges. */
  readonly challenges: pulumi.Output<string>;
  private readonly args: NginxArgs;
  private readonly configurationVolume: pulumi.Output<string>;
  private readonly cacheVolume: pulumi.Output<string>;
  private readonly prepared: pulumi.Resource;

  constructor(name: string, args: NginxArgs, options?: pulumi.ComponentResourceOptions) {
    const { host } = args;
    super("socle:index:Nginx", name, {}, { ...options, provider: host.provider });
    this.args = args;
    const parent = { parent: this };
    this.image = pulledImage(`${name}-image`, host, args.image, this);
    this.configurationVolume = volume(`${name}-configuration`, host, { purpose: "nginx-configuration" }, parent).name;
    this.cacheVolume = volume(`${name}-cache`, host, { purpose: "nginx-cache" }, parent).name;
    this.challenges = volume(`${name}-challenges`, host, { purpose: "acme-challenges" }, parent).name;
    this.prepared = task(
      `${name}-volume-owner`,
      host.connection,
      {
        script: "volume-owner.sh",
        arguments: [this.image.imageId, webUser, this.configurationVolume, this.cacheVolume, this.challenges],
      },
      parent,
    );
  }

  /** Moves the traffic to what is given, once that is healthy, and starts Nginx where it does not run yet. */
  serve(
    name: string,
    { application, backend, worker, frontend, certificates, after }: ServeArgs,
  ): { containerName: pulumi.Output<string>; switched: pulumi.Resource; ready: pulumi.Resource } {
    const { model, host, networks } = this.args;
    const parent = { parent: this };
    const configuration = pulumi
      .all([backend, frontend?.release])
      .apply(([containerName, release]) => nginxConfiguration(model, { container: containerName, frontend: release }));

    const checks = smokeCheckLines(smokeChecks(model));
    const { domains, ports } = model.site;
    const { canary } = model.release;
    const { port, healthPath, startTimeout } = model.application;
    const authorities = domains.map((domain) => (ports.https === 443 ? domain : `${domain}:${String(ports.https)}`));
    const switched = task(
      `${name}-configuration-loaded`,
      host.connection,
      {
        script: "nginx/apply.sh",
        arguments: {
          container: `${host.stack}-nginx`,
          image: this.image.imageId,
          volume: this.configurationVolume,
          network: networks.edge,
          certificates,
          configuration: configuration.name,
          drain: model.nginx.drain,
          upstream: pulumi.interpolate`${backend}:${String(port)}`,
          start: startTimeout,
          worker: worker?.container.name,
          worker_start: worker?.seconds,
          health: healthPath,
          domains: authorities.join(","),
          release: application.release,
          hold: model.release.hold,
          canary_share: canary?.share,
          canary_seconds: canary?.for,
          canary_errors: canary?.errors,
        },
        input: pulumi.interpolate`${configuration.text}${checks}`,
        // It waits for backend and worker, shows a canary, waits for old connections to end, and holds.
        timeout:
          900 +
          Math.max(startTimeout, worker?.seconds ?? 0) +
          (canary ? canary.for || longestCanary : 0) +
          model.nginx.drain +
          model.release.hold,
      },
      { ...parent, dependsOn: [this.prepared, ...after] },
    );

    const server = container(
      name,
      {
        stack: host.stack,
        service: "nginx",
        overlap: false,
        image: this.image,
        reference: this.image.reference,
        entrypoint: ["/bin/sh", "-c", start],
        user: webUser,
        networks: [{ name: networks.edge }],
        mounts: [
          { volume: this.configurationVolume, path: "/etc/socle", readOnly: true },
          { volume: certificates, path: "/etc/certificates", readOnly: true },
          { volume: this.cacheVolume, path: "/var/cache/socle" },
          { volume: this.challenges, path: "/srv/challenges", readOnly: true },
          { volume: application.staticVolume, path: "/srv/static", readOnly: true },
          { volume: application.mediaVolume, path: "/srv/media", readOnly: true },
          ...(frontend ? [{ volume: frontend.volume, path: "/srv/frontend", readOnly: true }] : []),
        ],
        temporary: { "/tmp": "uid=101,gid=101,mode=0700,size=16m" },
        ports: [
          { external: model.site.ports.http, internal: 8080 },
          { external: model.site.ports.https, internal: 8443 },
        ],
        health: {
          command: ["curl", "-fsS", "--max-time", "3", "http://127.0.0.1:8081/health"],
          timeout: 5,
          startPeriod: 20,
        },
        memory: model.nginx.memory,
        cpus: model.nginx.cpus,
        // SIGQUIT lets requests end; WebSockets last until worker_shutdown_timeout.
        stopSignal: "SIGQUIT",
        stopGrace: model.nginx.drain + 5,
      },
      { ...parent, dependsOn: [switched] },
    );
    const ready = healthGate(name, host, { container: server }, parent);
    // The switch asks while Nginx runs; this asks where Nginx is new.
    const checked = task(
      `${name}-smoke-checked`,
      host.connection,
      {
        script: "nginx/check.sh",
        // Its identity says that it is new. What stands on standard input of a task of Nginx is a configuration.
        arguments: [server.name, server.id.apply((id) => id.slice(0, 12)), checks],
      },
      { ...parent, dependsOn: [ready] },
    );
    this.registerOutputs({});
    return { containerName: server.name, switched: checked, ready };
  }
}
