/** An image on the host: resolved before a container is planned, so that the plan names what will run. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { registryOf } from "../config/image-reference.ts";
import type { DockerHost } from "./docker-host.ts";
import { task } from "./remote-task.ts";

export interface Image {
  /** Identity of the image's content on the engine. */
  imageId: pulumi.Output<string>;
  /** The image as it was asked for, or for a local one what it is now. */
  reference: pulumi.Output<string>;
  /** `sha256:…` of the registry's manifest; of the content where the image never was in a registry. */
  digest: pulumi.Output<string>;
}

/** Pulled by the engine of the host, kept when the stack no longer needs it. */
export function pulledImage(name: string, host: DockerHost, reference: string, parent: pulumi.Resource): Image {
  const image = new docker.RemoteImage(
    name,
    { name: reference, keepLocally: true },
    { parent, provider: host.provider, dependsOn: loggedIn(name, host, reference, parent) },
  );
  return {
    imageId: image.imageId,
    reference: pulumi.output(reference),
    // One that the reference names is known at preview, and with it all that is named after it.
    digest: reference.includes("@")
      ? image.name.apply((name) => digestIn(name))
      : image.repoDigest.apply((name) => digestIn(name)),
  };
}

/**
 * Where the registry asks for a login, the host pulls the image itself beforehand: the provider would keep the password in
 * the state in clear (pulumi-docker#643), and otherwise knows the logins of the deployer's machine only.
 */
function loggedIn(name: string, host: DockerHost, reference: string, parent: pulumi.Resource): pulumi.Resource[] {
  const { registry } = host;
  if (registry?.server !== registryOf(reference)) return [];
  const { server, username, password } = registry;
  const pulled = task(
    `${name}-pulled`,
    host.connection,
    { script: "pull.sh", arguments: [server, username, reference], input: password, secret: true, timeout: 1800 },
    { parent, dependsOn: [host.ready] },
  );
  return [pulled];
}

const digestIn = (name: string): string => name.split("@")[1] ?? name;

/** A tag that only the local engine knows, as a build left it: looked up at once, so that a rebuild shows in the plan. */
export function localImage(host: DockerHost, reference: string, parent: pulumi.Resource): Image {
  const image = docker.getRemoteImageOutput({ name: reference }, { parent, provider: host.provider });
  return {
    imageId: image.id,
    reference: pulumi.interpolate`${reference}@${image.id}`,
    digest: image.id,
  };
}
