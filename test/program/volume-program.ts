// The smallest program with a volume that lasts: the host, and a volume on it. What it is to be stands in VOLUME_PROGRAM.
import * as pulumi from "@pulumi/pulumi";

import { DockerHost } from "../../components/docker-host.ts";
import { volume } from "../../components/volume.ts";
import { environmentModel } from "../../config/environment.ts";
import { readConfiguration } from "../../config/load.ts";

export interface Shape {
  ports: { http: number; https: number };
  keepOnDestroy: boolean;
  /** Without: as after a setting was changed that needs it no more. */
  media: boolean;
  /** As a version of the program registered them that left the removal of volumes to the engine. */
  earlier: boolean;
}

const shape = JSON.parse(process.env["VOLUME_PROGRAM"] ?? "") as Shape;
const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
const sections = {
  tier: "dev",
  site: { domains: ["localhost"], ports: shape.ports, tls: { mode: "selfSigned" } },
  host: { type: "local" },
  application: { image: "nginx:1.26" },
  data: { keepOnDestroy: shape.keepOnDestroy },
};
const values = Object.fromEntries(
  Object.entries(sections).map(([name, value]) => [
    `${project}:${name}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]),
);
const model = environmentModel(project, stack, readConfiguration(project, stack, values, []));

const earlier: pulumi.ResourceTransformation = ({ type, props, opts }) => {
  const { delete: _, ...others } = props as Record<string, unknown>;
  if (type.startsWith("command:")) return { props: others, opts };
  return { props, opts: { ...opts, retainOnDelete: false, ignoreChanges: [] } };
};
const options = shape.earlier ? { transformations: [earlier] } : {};
const host = new DockerHost("host", model, options);
if (shape.media) volume("media", host, { purpose: "media" }, { ...options, provider: host.provider });
