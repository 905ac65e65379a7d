// A stack's settings as they stand in a file, and what comes of reading them.
import assert from "node:assert/strict";

import { type Configuration, readConfiguration } from "../../../config/load.ts";
import { ConfigurationError, type Mistake } from "../../../config/mistake.ts";

/** Section → settings, as in a stack file without the project's name. */
export type Sections = Record<string, unknown>;

export const project = "socle";
export const digest = `sha256:${"a".repeat(64)}`;

/** The least that makes a stack. */
export function dev(): Sections {
  return {
    tier: "dev",
    host: { type: "local" },
    site: { domains: ["localhost"], tls: { mode: "selfSigned" } },
    application: { image: "site:dev" },
  };
}

export function production(): Sections {
  return {
    tier: "production",
    host: { type: "ssh", address: "203.0.113.10", hostKey: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"B".repeat(43)}` },
    site: { domains: ["www.example.org", "example.org"] },
    application: { image: `registry.example.org/site@${digest}` },
  };
}

export interface Secrets {
  /** Set with `--secret`. */
  encrypted?: Record<string, string>;
  /** Set without. */
  clear?: Record<string, string>;
  /** Credentials of Socle's own, set with `--secret`. */
  credentials?: Record<string, string>;
}

/** Reads sections as Pulumi hands them over: groups as JSON, text as it is. */
export function read(
  sections: Sections,
  { encrypted = {}, clear = {}, credentials = {} }: Secrets = {},
  encryptedSections: string[] = [],
): Configuration {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(sections))
    values[`${project}:${name}`] = typeof value === "string" ? value : JSON.stringify(value);
  for (const [name, value] of Object.entries({ ...encrypted, ...clear })) values[`secrets:${name}`] = value;
  for (const [name, value] of Object.entries(credentials)) values[`credentials:${name}`] = value;
  const keys = [
    ...Object.keys(encrypted).map((name) => `secrets:${name}`),
    ...Object.keys(credentials).map((name) => `credentials:${name}`),
    ...encryptedSections.map((name) => `${project}:${name}`),
  ];
  return readConfiguration(project, "trial", values, keys);
}

export function mistakes(...parameters: Parameters<typeof read>): Mistake[] {
  return failure(...parameters)?.mistakes ?? [];
}

/** Code and path of each mistake. */
export const refusals = (...parameters: Parameters<typeof read>): [code: string, path: string][] =>
  mistakes(...parameters).map(({ code, path }) => [code, path]);

/** The error that reading ends in, if it does. */
export function failure(...parameters: Parameters<typeof read>): ConfigurationError | undefined {
  try {
    read(...parameters);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error;
  }
}

/** The sections with a setting changed or, where the value is undefined, taken out: `site.tls.mode`. */
export function changed(sections: Sections, changes: Record<string, unknown>): Sections {
  const copy = structuredClone(sections);
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    let at = copy;
    for (const step of steps) at = (at[step] ??= {}) as Sections;
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return copy;
}
