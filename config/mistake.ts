/** A mistake in a stack's configuration: where it is, what was found, what to do. */
import leven from "leven";
import type { z } from "zod";

import { isSecret } from "./clear-secret.ts";
import { type Code, Problem, type Wordings } from "./problem.ts";
import { allowedValues, type Setting, settingAt, settingOf, variantOf } from "./setting.ts";

export interface Mistake {
  /** Of the kind of mistake, or of the rule that is broken. */
  code: Code;
  /** Setting's path, such as `site.domains.0`. */
  path: string;
  /** What is wrong with what was found. Never holds a secret's value. */
  found: string;
  /** What the reader does about it. */
  mend: string;
}

/** All mistakes of one configuration, reported at once. */
export class ConfigurationError extends Problem {
  readonly mistakes: Mistake[];

  constructor(stack: string, mistakes: Mistake[]) {
    super("config.refused", { stack, mistakes }, wordings["config.refused"]({ stack, mistakes }));
    this.mistakes = mistakes;
  }
}

export const wordings = {
  "config.refused": ({ stack, mistakes }: { stack: string; mistakes: readonly Mistake[] }) => {
    const lines = mistakes.map(({ path, found, mend }) => `  ${path}: ${found}\n    → ${mend}`);
    const count = mistakes.length === 1 ? "1 mistake" : `${String(mistakes.length)} mistakes`;
    return [`The configuration of stack ${stack} has ${count}; nothing was changed.\n${lines.join("\n")}`];
  },
} satisfies Wordings;

/** The mistakes that one section's schema finds in a value. */
export function mistakesOf(error: z.ZodError, schema: z.ZodType, section: string, value: unknown): Mistake[] {
  const whole = settingOf(schema);
  return error.issues.flatMap((issue): Mistake[] => {
    const path = [section, ...issue.path].join(".");
    const at = settingAt(whole, issue.path, value) ?? {};
    const found = valueAt(value, issue.path);
    if (issue.code === "unrecognized_keys") {
      const known = Object.keys(variantOf(at, found).properties ?? {});
      return issue.keys.map((key) => unknownSetting(`${path}.${key}`, key, known));
    }
    if (issue.code === "invalid_key")
      return [
        {
          code: "config.invalid-name",
          path,
          found: "the name is not valid",
          mend: at.mend ?? "Choose another name.",
        },
      ];
    if (found === undefined)
      return [
        {
          code: "config.missing-setting",
          path,
          found: "is required and was not set",
          mend: at.mend ?? addition(path, at),
        },
      ];
    return [
      {
        code: "config.wrong-value",
        path,
        found: `found ${shown(found, at)}, expected ${allowedValues(at)}`,
        mend: correction(path, found, at),
      },
    ];
  });
}

/** An unknown setting, with the known one that it may be meant for. */
export function unknownSetting(path: string, key: string, known: readonly string[]): Mistake {
  const near = known.filter((name) => leven(name.toLowerCase(), key.toLowerCase()) <= Math.max(2, key.length / 3));
  const nearest = near.sort((a, b) => leven(a, key) - leven(b, key))[0];
  return {
    code: "config.unknown-setting",
    path,
    found: "there is no such setting",
    mend: nearest ? `Did you mean \`${nearest}\`?` : `Remove it, or use one of: ${known.join(", ")}.`,
  };
}

const isGroup = ({ type, oneOf, properties }: Setting): boolean =>
  type === "object" || oneOf !== undefined || properties !== undefined;

/** What was found, in words; a text only where a single value belongs, and never one that looks like a secret. */
function shown(found: unknown, at: Setting): string {
  if (found === null || found === "") return "no value";
  if (Array.isArray(found)) return found.length === 0 ? "an empty list" : "a list";
  if (typeof found === "object") return "a group of settings";
  if (isGroup(at) || at.type === "array") return typeof found === "string" ? "a text" : `a ${typeof found}`;
  const text = typeof found === "string" ? found : JSON.stringify(found);
  if (isSecret(text)) return "what looks like a secret (its value is not shown here)";
  return typeof found === "string" ? JSON.stringify(abridged(text)) : text;
}

/** Long values are shown by their beginning: what matters is where they stand. */
const abridged = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}…` : text);

function correction(path: string, found: unknown, at: Setting): string {
  if (typeof found === "string" && ["integer", "number", "boolean"].includes(at.type ?? "")) {
    const bare = /^(true|false|-?\d+(\.\d+)?)$/.test(found) && (at.type === "boolean") === /^[tf]/.test(found);
    if (bare) return `Write ${found} without quotes.`;
  }
  if (at.mend !== undefined) return at.mend;
  return isGroup(at) || at.type === "array" ? addition(path, at) : `Set it to ${allowedValues(at)}.`;
}

/** How a setting that is not there, or is not of the right kind, is written. */
function addition(path: string, at: Setting): string {
  const name = path.split(".").at(-1) ?? path;
  if (isGroup(at))
    return `Write \`${name}:\` with its settings below it: ${Object.keys(at.properties ?? {}).join(", ")}.`;
  if (at.type === "array") return "Write it as a list with at least one entry, such as [one, another].";
  return `Set it to ${allowedValues(at)}.`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], value);
}
