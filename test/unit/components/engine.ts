// What the engine is told of a program that runs under mocks: every resource as it was registered, with its options.
import { createHash } from "node:crypto";
import { basename } from "node:path";

import * as pulumi from "@pulumi/pulumi";

/** A value that the engine knows to be a secret. */
export class Secret {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

export interface Registered {
  /** Type and name, such as `docker:Container nginx`; unique. */
  key: string;
  type: string;
  name: string;
  /** Key of the parent; undefined at the top. */
  parent: string | undefined;
  inputs: Record<string, unknown>;
  /** Keys of the resources that must be there first. */
  dependencies: string[];
  /** Key of the provider; undefined where the default one would be used. */
  provider: string | undefined;
  deleteBeforeReplace: boolean;
  retainOnDelete: boolean;
  protect: boolean;
  additionalSecretOutputs: string[];
  replaceOnChanges: string[];
  ignoreChanges: string[];
  /** Durations, such as 600s. */
  timeouts: { create: string; update: string; delete: string };
  /** File of components/ that calls the resource's constructor. */
  constructedIn: string;
}

/** The monitor's side of a registration, as far as it is read here. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDependenciesList(): string[];
  getProvider(): string;
  getDeletebeforereplace(): boolean;
  getRetainondelete(): boolean | undefined;
  getProtect(): boolean | undefined;
  getAdditionalsecretoutputsList(): string[];
  getReplaceonchangesList(): string[];
  getIgnorechangesList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string; getDelete(): string } | undefined;
}
type Register = (request: Request, ...others: unknown[]) => unknown;

const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const signature = "4dabf18193072939515e22adb298388d";

/** The registrations of one program, by key, in their order. */
export type Registrations = ReadonlyMap<string, Registered>;

/**
 * Runs a program against an engine that makes every resource at once.
 * @param program gets a transformation to pass on in the options of its topmost resources
 */
export async function registrations(
  { project, stack }: { project: string; stack: string },
  program: (options: pulumi.ComponentResourceOptions) => void,
): Promise<Registrations> {
  await pulumi.runtime.setMocks({ newResource: made, call: looked }, project, stack, false);
  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
  const register = monitor.registerResource.bind(monitor);
  const found = new Map<string, Registered>();
  const constructors = new Map<string, string>();
  monitor.registerResource = (request, ...others) => {
    const registered = read(request, constructors);
    if (found.has(registered.key)) throw new Error(`${registered.key} is registered twice`);
    found.set(registered.key, registered);
    return register(request, ...others);
  };
  program({
    transformations: [
      ({ type, name }) => {
        constructors.set(keyOf(type, name), callingFile());
        return undefined;
      },
    ],
  });
  await pulumi.runtime.disconnect();
  return found;
}

function read(request: Request, constructors: ReadonlyMap<string, string>): Registered {
  const key = keyOf(request.getType(), request.getName());
  const timeouts = request.getCustomtimeouts();
  return {
    key,
    type: shortType(request.getType()),
    name: request.getName(),
    parent: request.getParent() === "" ? undefined : keyOfUrn(request.getParent()),
    inputs: plain(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
    dependencies: request.getDependenciesList().map(keyOfUrn),
    provider: request.getProvider() === "" ? undefined : keyOfUrn(request.getProvider()),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    retainOnDelete: request.getRetainondelete() ?? false,
    protect: request.getProtect() ?? false,
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    ignoreChanges: request.getIgnorechangesList(),
    timeouts: {
      create: timeouts?.getCreate() ?? "",
      update: timeouts?.getUpdate() ?? "",
      delete: timeouts?.getDelete() ?? "",
    },
    constructedIn: constructors.get(key) ?? "",
  };
}

/** `docker:index/container:Container` → `docker:Container`. */
function shortType(type: string): string {
  const parts = type.split(":");
  return type.startsWith("pulumi:providers:")
    ? `provider:${parts[2] ?? ""}`
    : `${parts[0] ?? ""}:${parts.at(-1) ?? ""}`;
}

const keyOf = (type: string, name: string): string => `${shortType(type)} ${name}`;

function keyOfUrn(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return keyOf(types.split("$").at(-1) ?? "", name);
}

/** The deepest file of components/ on the stack: the one that wrote `new`. */
function callingFile(): string {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const lines = new Error("where").stack?.split("\n") ?? [];
  Error.stackTraceLimit = depth;
  const line = lines.find((text) => /\/components\/[a-z-]+\.ts:/.test(text) && !text.includes("/test/"));
  return basename(/\/components\/([a-z-]+\.ts):/.exec(line ?? "")?.[1] ?? "");
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = value as Record<string, unknown>;
  if (entries[signature] === secretMark) return new Secret(plain(entries["value"]));
  return Object.fromEntries(Object.entries(entries).map(([key, inner]) => [key, plain(inner)]));
}

/** As long as asked for, letters and digits, different for each name and generation. */
export function generated(name: string, generation: string, length: number): string {
  let text = "";
  for (let block = 0; text.length < length; block++)
    text += createHash("sha512")
      .update(`${name} ${generation} ${String(block)}`)
      .digest("base64")
      .replaceAll(/[+/=]/g, "");
  return text.slice(0, length);
}

export const privateKey =
  "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIPrivateKeyOfTheSelfSignedCertificate\n-----END EC PRIVATE KEY-----\n";

export const certificate = "-----BEGIN CERTIFICATE-----\nc2VsZi1zaWduZWQ=\n-----END CERTIFICATE-----\n";

/** Identity that the engine gives to an image's content. */
export const imageId = (reference: string): string => `sha256:${createHash("sha256").update(reference).digest("hex")}`;

function made({ type, name, inputs }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
  const given = inputs as Record<string, unknown>;
  return { id: `${name}-id`, state: { ...given, ...outputs(shortType(type), name, given) } };
}

function outputs(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (type) {
    case "random:RandomPassword": {
      const { generation } = inputs["keepers"] as { generation: string };
      return { result: pulumi.secret(generated(name, generation, inputs["length"] as number)) };
    }
    case "tls:PrivateKey":
      return { privateKeyPem: pulumi.secret(privateKey) };
    case "tls:SelfSignedCert":
      return { certPem: certificate };
    case "docker:RemoteImage": {
      const reference = inputs["name"] as string;
      const digest = reference.split("@")[1] ?? imageId(`manifest of ${reference}`);
      return { imageId: imageId(reference), repoDigest: `${reference.split("@")[0] ?? ""}@${digest}` };
    }
    case "docker:Container":
      return { name: inputs["name"] ?? `${name}-0f1e2d3` };
    default:
      return {};
  }
}

function looked({ token, inputs }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
  if (token !== "docker:index/getRemoteImage:getRemoteImage") throw new Error(`unexpected call of ${token}`);
  const { name } = inputs as { name: string };
  return { id: imageId(name), name, repoDigest: "" };
}
