/** Resources as rules see them: the inputs that rules read, by kind. */
import type { Facts } from "../config/facts.ts";

export interface Container {
  capabilities?: { adds?: string[]; drops?: string[] };
  cgroupnsMode?: string;
  command?: string[];
  cpuQuota?: number;
  cpuShares?: number;
  cpus?: string;
  destroyGraceSeconds?: number;
  deviceCgroupRules?: string[];
  deviceRequests?: unknown[];
  devices?: unknown[];
  entrypoints?: string[];
  envs?: string[];
  gpus?: string;
  healthcheck?: { tests?: string[] };
  ipcMode?: string;
  labels?: { label: string; value: string }[];
  logDriver?: string;
  logOpts?: Record<string, string>;
  memory?: number;
  mounts?: { type: string; source?: string; target: string; bindOptions?: { propagation?: string } }[];
  name?: string;
  networkMode?: string;
  networksAdvanced?: { name: string }[];
  pidMode?: string;
  ports?: { external?: number; internal: number }[];
  privileged?: boolean;
  publishAllPorts?: boolean;
  readOnly?: boolean;
  restart?: string;
  securityOpts?: string[];
  stopTimeout?: number;
  tmpfs?: Record<string, string>;
  user?: string;
  usernsMode?: string;
  volumes?: { hostPath?: string; containerPath?: string; volumeName?: string }[];
}

export interface Command {
  addPreviousOutputInEnv?: boolean;
  /** Of a remote command. */
  connection?: { host: string; hostKey?: string };
  create?: string;
  environment?: Record<string, string>;
  logging?: string;
  stdin?: string;
}

export interface Inputs {
  /** What the stack says of itself; input of the component that all others belong to. */
  site: Facts;
  container: Container;
  network: { name?: string; internal?: boolean };
  image: { name: string };
  password: { length: number };
  command: Command;
  /** Nginx's configuration, on its way to the host. */
  nginx: { text: string };
  provider: { host?: string; sshOpts?: string };
  /** What the database was made with first; it stays as it was recorded. */
  databaseRecord: { keepers: { major: string } };
}

export type Kind = keyof Inputs;

export interface Resource<K extends Kind = Kind> {
  kind: K;
  urn: string;
  type: string;
  name: string;
  inputs: Inputs[K];
  options: { additionalSecretOutputs: readonly string[]; deleteBeforeReplace?: boolean | undefined };
  /** Inputs that Pulumi keeps as secrets. */
  secrets: readonly string[];
}

/** As the engine shows it. */
export interface Registered extends Omit<Resource, "kind" | "inputs"> {
  props: Record<string, unknown>;
}

const kinds: Record<string, Kind> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
  "docker:index/remoteImage:RemoteImage": "image",
  "random:index/randomPassword:RandomPassword": "password",
  "command:local:Command": "command",
  "command:remote:Command": "command",
  "pulumi:providers:docker": "provider",
};

/** What of a resource rules may judge: nothing, itself, or itself and the text that it carries. */
export function subjects({ props, ...resource }: Registered): Resource[] {
  const as = (kind: Kind, inputs: unknown): Resource => ({ ...resource, kind, inputs: inputs as Inputs[Kind] });
  if (resource.type === "socle:index:Site") return [as("site", props.settings)];
  if (resource.type === "random:index/randomId:RandomId" && /^postgres(-\d+)?-data$/.test(resource.name))
    return [as("databaseRecord", props)];
  const kind = kinds[resource.type];
  if (kind === undefined) return [];
  const own = as(kind, props);
  if (kind !== "command" || !resource.urn.includes("$socle:index:Nginx$") || !("stdin" in props)) return [own];
  const configuration = {
    get text() {
      return props.stdin;
    },
  };
  return [own, as("nginx", configuration)];
}

export const isKind = <K extends Kind>(resource: Resource, kind: K): resource is Resource<K> => resource.kind === kind;
