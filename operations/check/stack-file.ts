/** A stack's configuration as its file has it: without an engine, and without the key of its secrets. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { type CredentialName, credentialSchemas } from "../../config/credential-schema.ts";
import { type Configuration, readConfiguration } from "../../config/load.ts";
import { problems, type Wordings } from "../../config/problem.ts";
import { settingOf } from "../../config/setting.ts";

/** Stands for a secret, whose value policies never need. */
const undisclosed = "a secret that is not read here";

export const wordings = {
  "project.no-name": () => ["Pulumi.yaml has no name; add a line such as `name: socle`."],
  "check.no-stack-file": ({ path }: { path: string }) => [
    `There is no ${path}. Name a stack that has one: npm run check -- --stack production.`,
  ],
  "check.not-yaml": ({ path, reason }: { path: string; reason: string }) => [`${path} is no YAML file: ${reason}`],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws project.no-name, check.no-stack-file, check.not-yaml, or ConfigurationError where the settings are refused */
export function readStackFile(folder: string, stack: string): { project: string; configuration: Configuration } {
  const project = (yaml(join(folder, "Pulumi.yaml")) as { name?: string }).name;
  if (project === undefined) throw problem("project.no-name");
  const { config = {} } = yaml(join(folder, `Pulumi.${stack}.yaml`)) as { config?: Record<string, unknown> };
  const values: Record<string, string> = {};
  const encrypted: string[] = [];
  for (const [key, value] of Object.entries(config)) {
    const secure = typeof value === "object" && value !== null && "secure" in value;
    if (secure) encrypted.push(key);
    values[key] = secure ? standIn(key) : typeof value === "string" ? value : JSON.stringify(value);
  }
  return { project, configuration: readConfiguration(project, stack, values, encrypted) };
}

/** Credentials have a form, which their stand-in has too. */
function standIn(key: string): string {
  const [namespace, name = ""] = key.split(":");
  if (namespace !== "credentials" || !Object.hasOwn(credentialSchemas, name)) return undisclosed;
  const [example] = settingOf(credentialSchemas[name as CredentialName]).examples ?? [];
  return typeof example === "string" ? example : undisclosed;
}

function yaml(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw problem("check.no-stack-file", { path });
    throw problem("check.not-yaml", { path, reason: error instanceof Error ? error.message : String(error) });
  }
}
