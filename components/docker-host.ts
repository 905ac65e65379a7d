/** The machine that a stack runs on: checked, prepared, and reached by one explicit provider. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import type { Settings } from "../config/schema.ts";
import { sshOptions, sshUrl } from "../connection/ssh.ts";
import { task } from "./remote-task.ts";
import { lastingVolumes } from "./volume.ts";

export interface DockerHostArgs extends Pick<Model, "name" | "host" | "site" | "registry" | "postgres" | "data"> {
  /** Of the registry that asks for a login, in clear. */
  registryPassword?: string | undefined;
}

/** A registry that the host logs in to for a pull. */
export interface RegistryLogin {
  server: string;
  username: string;
  password: pulumi.Output<string>;
}

export class DockerHost extends pulumi.ComponentResource {
  /** Name of the stack on this host. */
  readonly stack: string;
  /** How tasks reach it. */
  readonly connection: Settings["host"];
  readonly provider: docker.Provider;
  readonly registry: RegistryLogin | undefined;
  /** Done when the host is fit for the stack. */
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    { name: stack, host, site, registry, postgres, data, registryPassword }: DockerHostArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("socle:index:DockerHost", name, {}, options);
    this.stack = stack;
    this.connection = host;
    this.registry =
      registry && registryPassword !== undefined
        ? { ...registry, password: pulumi.secret(registryPassword) }
        : undefined;
    this.ready = task(
      `${name}-ready`,
      host,
      {
        script: "prepare.sh",
        arguments: machine(host, stack, site.ports),
        tellAgain: true,
        timeout: 900,
        // Everything else on the host comes after it, and so goes before it: by then nothing uses the data.
        remove: ["destroy.sh", stack, data.keepOnDestroy ? "keep" : "remove", ...lastingVolumes(postgres)],
      },
      { parent: this },
    );
    this.provider = new docker.Provider(
      name,
      host.type === "local" ? { host: host.socket } : { host: sshUrl(host), sshOpts: sshOptions(host) },
      { parent: this, dependsOn: [this.ready] },
    );
    this.registerOutputs({});
  }
}

function machine(host: Settings["host"], stack: string, { http, https }: Model["site"]["ports"]) {
  const [mode, { cpus, memory, disk }, user] =
    host.type === "local"
      ? ["local", { cpus: 0, memory: 0, disk: 0 }, "you"]
      : [host.prepare ? "prepare" : "check", host.minimum, host.user];
  return { mode, stack, http, https, cpus, memory, disk, user };
}
