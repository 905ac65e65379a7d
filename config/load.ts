/** The only reader of a configuration: text in, complete settings or every mistake at once out. */
import { contradictions, managedVariables } from "./contradiction.ts";
import {
  type CredentialName,
  credentialNames,
  credentialSchemas,
  type OperatingCredentials,
} from "./credential-schema.ts";
import { ConfigurationError, type Mistake, mistakesOf, unknownSetting } from "./mistake.ts";
import { type SectionName, sections, type Settings } from "./schema.ts";
import { settingOf } from "./setting.ts";

export interface Configuration {
  settings: Settings;
  /** The settings as they are given, without defaults; nothing of it is secret. */
  given: Partial<Record<SectionName, unknown>>;
  /** Names of the site's own secret variables (`secrets:NAME`), with their values in clear. */
  secrets: Record<string, string>;
  /** Secrets that Socle itself works with (`credentials:NAME`), in clear; never handed to the application. */
  credentials: OperatingCredentials;
}

/**
 * Reads a configuration.
 * @param stack name used in the error message
 * @param values Pulumi's flat configuration: `project:section` → text, JSON for groups; `secrets:NAME`,
 * `credentials:NAME` → text
 * @param encrypted keys of `values` that are encrypted in the stack file
 * @throws ConfigurationError naming every mistake
 */
export function readConfiguration(
  project: string,
  stack: string,
  values: Record<string, string>,
  encrypted: readonly string[],
): Configuration {
  const mistakes: Mistake[] = [];
  const secrets: Record<string, string> = {};
  const credentials: OperatingCredentials = {};
  const given: Partial<Record<SectionName, unknown>> = {};

  for (const [key, text] of Object.entries(values)) {
    const [namespace, ...rest] = key.split(":");
    const name = rest.join(":");
    if (namespace === "secrets") {
      mistakes.push(...secretMistakes(name, encrypted.includes(key)));
      secrets[name] = text;
    } else if (namespace === "credentials") {
      mistakes.push(...credentialMistakes(name, text, encrypted.includes(key)));
      credentials[name as CredentialName] = text;
    } else if (namespace === project) {
      if (!Object.hasOwn(sections, name)) mistakes.push(unknownSetting(name, name, Object.keys(sections)));
      else if (encrypted.includes(key)) mistakes.push(misplacedSecret(name));
      else given[name as SectionName] = parsed(text);
      // Settings of a provider would have no effect: the stack's own are explicit. `pulumi:` ones are the engine's.
    } else if (namespace !== "pulumi")
      mistakes.push(unknownSetting(key, namespace ?? "", [project, "secrets", "credentials"]));
  }

  const read: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(sections)) {
    const value = given[name as SectionName];
    const result = schema.safeParse(value);
    if (result.success) read[name] = result.data;
    else if (!mistakes.some(({ path }) => path === name))
      mistakes.push(...mistakesOf(result.error, schema, name, value));
  }
  mistakes.push(...contradictions(read, Object.keys(secrets), Object.keys(credentials)));
  if (mistakes.length > 0) throw new ConfigurationError(stack, mistakes);
  return { settings: read as Settings, given, secrets, credentials };
}

/** Groups come as JSON, plain text as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function secretMistakes(name: string, encrypted: boolean): Mistake[] {
  const path = `secrets:${name}`;
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name))
    return [
      {
        code: "config.invalid-name",
        path,
        found: "the name is not valid",
        mend: "Use capitals, digits and underscores: it becomes a variable of the application.",
      },
    ];
  if (name in managedVariables)
    return [
      {
        code: "config.managed-variable",
        path,
        found: "is set by Socle itself",
        mend: `Remove it (\`pulumi config rm ${path}\`); it comes from ${managedVariables[name] ?? ""}.`,
      },
    ];
  return encrypted ? [] : [inClear(path)];
}

function credentialMistakes(name: string, value: string, encrypted: boolean): Mistake[] {
  const path = `credentials:${name}`;
  if (!Object.hasOwn(credentialSchemas, name)) return [unknownSetting(path, name, credentialNames)];
  if (!encrypted) return [inClear(path)];
  const schema = credentialSchemas[name as CredentialName];
  if (schema.safeParse(value).success) return [];
  return [
    {
      code: "config.malformed-credential",
      path,
      found: `what it holds is not ${settingOf(schema).title ?? "valid"} (its value is not shown here)`,
      mend: `Set it anew: \`pulumi config set --secret ${path}\`.`,
    },
  ];
}

const inClear = (path: string): Mistake => ({
  code: "config.secret-in-clear",
  path,
  found: "a secret in clear in the stack file",
  mend: `Run \`pulumi config set --secret ${path}\`; if it was ever committed, replace the secret.`,
});

function misplacedSecret(name: string): Mistake {
  return {
    code: "config.misplaced-secret",
    path: name,
    found: "holds an encrypted value, which would make the whole section unreadable in a preview",
    mend: "Take the value out and set it with `pulumi config set --secret secrets:NAME`.",
  };
}
