/** The environment of a service in a compose file (https://github.com/compose-spec/compose-spec). */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { parseDocument } from "yaml";

import { problems, type Wordings } from "../../config/problem.ts";
import { fromDotenv } from "./dotenv.ts";
import { scalar, type Variables } from "./variables.ts";

interface Service {
  environment?: Record<string, unknown> | string[];
  env_file?: string | (string | { path: string; required?: boolean })[];
}

export const wordings = {
  "import.not-yaml": ({ file, reason }: { file: string; reason: string }) => [`${file} is no YAML file: ${reason}`],
  "import.no-such-service": ({
    file,
    service,
    services,
  }: {
    file: string;
    service: string;
    services: readonly string[];
  }) => [`${file} has no service ${service}.`, `Name one of: ${services.join(", ")}.`],
  "import.no-environment": ({ file }: { file: string }) => [
    `${file} has no service with an environment; nothing was taken.`,
  ],
  "import.several-services": ({ file, services }: { file: string; services: readonly string[] }) => [
    `${file} has ${String(services.length)} services with an environment.`,
    `Name the application's with --service: ${services.join(", ")}.`,
  ],
  "import.missing-env-file": ({ file, path }: { file: string; path: string }) => [
    `${file} names the file ${path}, which is not there.`,
    `Put it beside ${file}.`,
  ],
  "import.value-from-nowhere": ({ file, variable }: { file: string; variable: string }) => [
    `${file} takes a value from ${variable}, which no .env beside it has.`,
    `Write ${variable}=… into a file .env beside it.`,
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws import.… where it is not clear which service is meant, or a value cannot be made out */
export function composeVariables(path: string, text: string, chosen: string | undefined): Variables {
  const name = basename(path);
  const document = parseDocument(text, { merge: true });
  if (document.errors.length > 0)
    throw problem("import.not-yaml", { file: name, reason: document.errors[0]?.code ?? "" });
  const { services = {} } = (document.toJS() ?? {}) as { services?: Record<string, Service | null> };
  const service = services[chosen ?? onlyOne(name, services)];
  if (!service)
    throw problem("import.no-such-service", { file: name, service: chosen ?? "", services: Object.keys(services) });
  const folder = dirname(path);
  const beside = join(folder, ".env");
  const known = existsSync(beside) ? fromDotenv(".env", readFileSync(beside, "utf8")) : {};
  const expand = (value: string): string => interpolated(name, value, known);
  return { ...fromFiles(name, folder, service, expand), ...fromEnvironment(service, known, expand) };
}

/** The one service with an environment; several that differ are a question to the user. */
function onlyOne(name: string, services: Record<string, Service | null>): string {
  const able = Object.keys(services).filter((key) => services[key]?.environment ?? services[key]?.env_file);
  const [first] = able;
  if (able.length === 1 && first !== undefined) return first;
  throw able.length === 0
    ? problem("import.no-environment", { file: name })
    : problem("import.several-services", { file: name, services: able });
}

function fromFiles(name: string, folder: string, { env_file }: Service, expand: (value: string) => string): Variables {
  const files = (typeof env_file === "string" ? [env_file] : (env_file ?? [])).map((file) =>
    typeof file === "string" ? { path: file, required: true } : { required: true, ...file },
  );
  const all: Variables = {};
  for (const { path, required } of files) {
    const place = join(folder, expand(path));
    if (existsSync(place)) Object.assign(all, fromDotenv(path, readFileSync(place, "utf8")));
    else if (required) throw problem("import.missing-env-file", { file: name, path });
  }
  return all;
}

function fromEnvironment(
  { environment = {} }: Service,
  known: Variables,
  expand: (value: string) => string,
): Variables {
  const entries = Array.isArray(environment)
    ? environment.map((line): [string, unknown] => {
        const at = line.indexOf("=");
        return at < 0 ? [line, undefined] : [line.slice(0, at), line.slice(at + 1)];
      })
    : Object.entries(environment);
  return Object.fromEntries(
    // A name without a value is handed on from where compose runs; where nothing is known of it, it is not set.
    entries.flatMap(([key, value]): [string, string][] => {
      if (value !== undefined && value !== null) return [[key, expand(scalar(value))]];
      return known[key] === undefined ? [] : [[key, known[key]]];
    }),
  );
}

const variable = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])([^{}]*))?\})/g;

/** Compose's own rules: `$NAME`, `${NAME}`, `:-` and `-` for a default, `:+` and `+` for an alternative, `$$` for a dollar. */
function interpolated(file: string, text: string, known: Variables): string {
  return text.replaceAll(
    variable,
    (_, dollar?: string, plain?: string, braced?: string, operator?: string, word: string | undefined = ""): string => {
      if (dollar !== undefined) return "$";
      const name = plain ?? braced ?? "";
      const value = known[name];
      const there = operator?.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
      if (operator?.endsWith("+")) return there ? word : "";
      if (there) return value ?? "";
      if (operator?.endsWith("-")) return word;
      throw problem("import.value-from-nowhere", { file, variable: name });
    },
  );
}
