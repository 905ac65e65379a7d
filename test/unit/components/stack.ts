// A stack's settings as they stand in a file, and the site that they come to, under mocks.
import { readFileSync } from "node:fs";

import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { Site } from "../../../components/site.ts";
import { environmentModel, type Model } from "../../../config/environment.ts";
import { readConfiguration } from "../../../config/load.ts";
import { type Registered, type Registrations, registrations } from "./engine.ts";

/** Section → settings, as in a stack file without the project's name. */
export type Sections = Record<string, unknown>;

const project = "socle";

/** The settings of the example for `npm start`. */
export function devExample(): Sections {
  const file = readFileSync(new URL("../../../examples/Pulumi.dev.yaml", import.meta.url), "utf8");
  const { config } = parse(file) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(`${project}:`, ""), value]));
}

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

/** A server with everything on: ACME, a frontend of its own, worker and beat. */
export function production(): Sections {
  return {
    tier: "production",
    host: {
      type: "ssh",
      address: "server.example.org",
      port: 2222,
      user: "deploy",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOSZC26jR5Uum/0AR1orPcv5MZS9+ohsBLmJL2bdVnXI",
      identityFile: "/home/operator/.ssh/deploy",
    },
    site: {
      domains: ["www.example.com", "example.com"],
      tls: { mode: "acme", email: "operator@example.com" },
    },
    application: {
      image: `registry.example.com/site@${digest("a")}`,
      server: "gunicorn",
      workers: 4,
      environment: { LANGUAGE_CODE: "fr" },
    },
    worker: { app: "shop", queues: ["celery", "mail"], concurrency: 4 },
    beat: {},
    frontend: { image: `registry.example.com/spa@${digest("b")}`, path: "/srv/spa" },
    postgres: { version: 16, memory: 2048, database: "shop", user: "shop" },
    superuser: { username: "root-admin", email: "operator@example.com" },
  };
}

export interface Deployment {
  model: Model;
  resources: Registered[];
  /** @throws where the resource is not there */
  resource: (key: string) => Registered;
  containers: Registered[];
  tasks: Registered[];
  outputs: { services: Record<string, { container: string; digest: string }>; release: string };
  /** Whether the one can only be made when the other is there. */
  isAfter: (later: string, earlier: string) => boolean;
}

/**
 * @param secrets the site's own, `secrets:NAME`
 * @param credentials Socle's own, `credentials:NAME`
 */
export async function deploy(
  stack: string,
  sections: Sections,
  secrets: Record<string, string> = {},
  credentials: Record<string, string> = {},
): Promise<Deployment> {
  const values = Object.fromEntries([
    ...Object.entries(sections).map(([name, value]) => [
      `${project}:${name}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  ]) as Record<string, string>;
  for (const [name, value] of Object.entries(secrets)) values[`secrets:${name}`] = value;
  for (const [name, value] of Object.entries(credentials)) values[`credentials:${name}`] = value;
  const encrypted = Object.keys(values).filter((key) => /^(secrets|credentials):/.test(key));
  const configuration = readConfiguration(project, stack, values, encrypted);
  const model = environmentModel(project, stack, configuration);
  const sites: Site[] = [];
  const found = await registrations({ project, stack }, (options) => {
    sites.push(new Site("site", model, configuration, options));
  });
  const [site] = sites;
  if (!site) throw new Error("no site was made");
  const resources = [...found.values()];
  return {
    model,
    resources,
    resource: (key) => one(found, key),
    containers: resources.filter(({ type }) => type === "docker:Container"),
    tasks: resources.filter(({ type }) => type === "command:Command"),
    outputs: { services: await value(site.services), release: await value(site.release) },
    isAfter: (later, earlier) => before(found, one(found, later).key).has(one(found, earlier).key),
  };
}

function one(found: Registrations, key: string): Registered {
  const resource = found.get(key);
  if (!resource) throw new Error(`no ${key} among:\n${[...found.keys()].join("\n")}`);
  return resource;
}

/** Everything that must be there before a resource: dependencies and providers, and theirs. */
function before(found: Registrations, key: string): Set<string> {
  const seen = new Set<string>();
  const visit = (at: string): void => {
    const resource = found.get(at);
    for (const earlier of [...(resource?.dependencies ?? []), ...(resource?.provider ? [resource.provider] : [])])
      if (!seen.has(earlier)) {
        seen.add(earlier);
        visit(earlier);
      }
  };
  visit(key);
  return seen;
}

function value<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
