/** A stack's configuration as its file has it: without an engine, and without the key of its secrets. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { type CredentialName, credentialSchemas } from "../../config/credential-schema.ts";
import { type Configuration, readConfiguration } from "../../config/load.ts";
import { settingOf } from "../../config/setting.ts";

/** Stands for a secret, whose value policies never need. */
const undisclosed = "a secret that is not read here";

/** What cannot be judged at all, as opposed to what is judged and found wanting. */
export class UnjudgeableError extends Error {}

/** @throws UnjudgeableError, or ConfigurationError where the settings are refused */
export function readStackFile(folder: string, stack: string): { project: string; configuration: Configuration } {
  const project = (yaml(join(folder, "Pulumi.yaml")) as { name?: string }).name;
  if (project === undefined) throw new UnjudgeableError("Pulumi.yaml has no name; add a line such as `name: socle`.");
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
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new UnjudgeableError(
      missing
        ? `There is no ${path}. Name a stack that has one: npm run check -- --stack production.`
        : `${path} is no YAML file: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
