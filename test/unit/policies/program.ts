// The program's own resources as the engine shows them to policies: what every rule is tried on.
import { unknownCheckingProxy } from "../../../policies/sdk.ts";
import { type Kind, type Registered as Shown, type Resource, subjects } from "../../../policies/resource.ts";
import { type Registered, Secret } from "../components/engine.ts";
import { deploy, type Deployment, production, type Sections } from "../components/stack.ts";

export type { Deployment } from "../components/stack.ts";

/** Types by the short form that tests use. */
const types: Record<string, string> = {
  "socle:Site": "socle:index:Site",
  "docker:Container": "docker:index/container:Container",
  "docker:Network": "docker:index/network:Network",
  "docker:RemoteImage": "docker:index/remoteImage:RemoteImage",
  "random:RandomPassword": "random:index/randomPassword:RandomPassword",
  "random:RandomId": "random:index/randomId:RandomId",
  "command:Command": "command:local:Command",
  "provider:docker": "pulumi:providers:docker",
};

const bare = (value: unknown): unknown => {
  if (value instanceof Secret) return bare(value.value);
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bare(inner)]));
};

const holdsSecret = (value: unknown): boolean =>
  value instanceof Secret || (typeof value === "object" && value !== null && Object.values(value).some(holdsSecret));

/** A registration as the pack is shown it: inputs in clear, and which of them are secrets. */
export function shown({ type, name, parent, inputs, ...options }: Registered): Shown {
  const full = types[type] ?? type;
  const under = parent?.startsWith("socle:") ? `socle:index:${parent.slice(6).split(" ")[0] ?? ""}$` : "";
  return {
    type: full,
    name,
    urn: `urn:pulumi:production::socle::socle:index:Site$${under}${full}::${name}`,
    props: bare(inputs) as Record<string, unknown>,
    options: {
      additionalSecretOutputs: options.additionalSecretOutputs,
      deleteBeforeReplace: options.deleteBeforeReplace,
    },
    secrets: Object.keys(inputs).filter((key) => holdsSecret(inputs[key])),
  };
}

export const deployed = (changes: Sections = {}): Promise<Deployment> =>
  deploy("production", { ...production(), ...changes });

/** The resource of a kind and name; by the service's name where it is a container. */
export function subject(deployment: Deployment, kind: Kind, name: string): Resource {
  const found = deployment.resources
    .map(shown)
    .flatMap(subjects)
    .filter((each) => each.kind === kind)
    .find((each) => each.name === name || each.name === `socle-production-${name}`);
  if (!found) throw new Error(`the program has no ${kind} ${name}`);
  // Of its own: tests change it.
  const inputs = kind === "nginx" ? { text: (found.inputs as { text: string }).text } : structuredClone(found.inputs);
  return { ...found, inputs };
}

/** Behind the SDK's own check for unknown values. */
export const checked = (resource: Resource): Resource => ({
  ...resource,
  inputs: unknownCheckingProxy(resource.inputs),
});
