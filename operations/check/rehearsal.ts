/** The program, run without an engine: every resource that it would register, as policies are shown it. */
import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { recordRelease } from "../../components/release-record.ts";
import { Site } from "../../components/site.ts";
import { environmentModel } from "../../config/environment.ts";
import type { Configuration } from "../../config/load.ts";
import type { Registered } from "../../policies/resource.ts";

/** A registration on its way to the engine, as far as it is read here. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getAdditionalsecretoutputsList(): string[];
  getDeletebeforereplace(): boolean;
  getDeletebeforereplacedefined(): boolean;
}
type Register = (request: Request, ...others: unknown[]) => unknown;

/** By which the SDK marks secrets on their way (rpc.ts: specialSigKey, specialSecretSig). */
const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

export async function rehearse(project: string, stack: string, configuration: Configuration): Promise<Registered[]> {
  await pulumi.runtime.setMocks({ newResource: made, call: looked }, project, stack, false);
  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
  const register = monitor.registerResource.bind(monitor);
  const found: Registered[] = [];
  monitor.registerResource = (request, ...others) => {
    found.push(shown(project, stack, request));
    return register(request, ...others);
  };
  const model = environmentModel(project, stack, configuration);
  const site = new Site("site", model, configuration);
  const { services, release } = site;
  recordRelease("release-record", { model, given: configuration.given, services, release }, { dependsOn: [site] });
  await pulumi.runtime.disconnect();
  return found;
}

function shown(project: string, stack: string, request: Request): Registered {
  const inputs = request.getObject()?.toJavaScript() ?? {};
  const [type, name] = [request.getType(), request.getName()];
  // Of the parent's URN, the types on the way to it.
  const parents = request.getParent().split("::")[2];
  return {
    type,
    name,
    urn: `urn:pulumi:${stack}::${project}::${parents ? `${parents}$` : ""}${type}::${name}`,
    props: bare(inputs) as Record<string, unknown>,
    options: {
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      ...(request.getDeletebeforereplacedefined() ? { deleteBeforeReplace: request.getDeletebeforereplace() } : {}),
    },
    secrets: Object.keys(inputs).filter((key) => holdsSecret(inputs[key])),
  };
}

const isSecret = (value: object): value is { value: unknown } =>
  (value as Record<string, unknown>)[signature] === secretMark;

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return bare(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bare(inner)]));
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecret(value) || Object.values(value).some(holdsSecret);
}

const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** What an engine would give back of a resource that it made; secrets stay secrets. */
function made({ type, name, inputs }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
  const given = inputs as Record<string, unknown>;
  const secret = pulumi.secret(digestOf(name));
  const outputs: Record<string, Record<string, unknown>> = {
    "random:index/randomPassword:RandomPassword": { result: secret },
    "tls:index/privateKey:PrivateKey": { privateKeyPem: secret },
    "tls:index/selfSignedCert:SelfSignedCert": { certPem: "" },
    "docker:index/remoteImage:RemoteImage": {
      imageId: digestOf(String(given["name"])),
      repoDigest: `${String(given["name"])}@${digestOf(name)}`,
    },
    "command:local:Command": { stdout: "{}" },
    "docker:index/container:Container": { name: given["name"] ?? `${name}-0000000` },
  };
  return { id: name, state: { ...given, ...outputs[type] } };
}

function looked({ inputs }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
  const { name } = inputs as { name: string };
  return { id: digestOf(name), name, repoDigest: "" };
}
