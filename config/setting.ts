/** A setting as its schema describes it, read from Zod's own JSON schema: for error messages and for the reference. */
import { z } from "zod";

export interface Setting {
  type?: string;
  /** What it is for. */
  description?: string;
  /** What it may be, in words, where a pattern would not tell. */
  title?: string;
  /** What to do about a value that it may not be. */
  mend?: string;
  default?: unknown;
  examples?: unknown[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  format?: string;
  /** Of a list's entries. */
  items?: Setting;
  /** Of a group's settings. */
  properties?: Record<string, Setting>;
  required?: string[];
  /** Of a group whose names are free. */
  additionalProperties?: false | Setting;
  /** Variants of a group, told apart by a constant. */
  oneOf?: Setting[];
  anyOf?: Setting[];
}

export function settingOf(schema: z.ZodType): Setting {
  return z.toJSONSchema(schema, { io: "input", target: "draft-07" }) as Setting;
}

/** The group that a value is meant to be: of several variants the one with its constants, else what they share. */
export function variantOf(setting: Setting, value: unknown): Setting {
  if (!setting.oneOf) return setting;
  const group = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const constants = (variant: Setting): [string, unknown][] =>
    Object.entries(variant.properties ?? {}).flatMap(([key, { const: only }]) =>
      only === undefined ? [] : [[key, only]],
    );
  const meant = setting.oneOf.find((variant) => constants(variant).every(([key, only]) => group[key] === only));
  if (meant) return meant;
  const choices: Record<string, unknown[]> = {};
  for (const [key, only] of setting.oneOf.flatMap(constants)) (choices[key] ??= []).push(only);
  const properties = Object.entries(choices).map(([key, values]) => [key, { enum: values, mend: setting.mend }]);
  return { ...setting, type: "object", properties: Object.fromEntries(properties) as Record<string, Setting> };
}

/**
 * The setting at a path below another.
 * @param value what was given there, by which variants are chosen
 */
export function settingAt(setting: Setting, path: readonly PropertyKey[], value: unknown): Setting | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return setting;
  const { items, properties, additionalProperties } = variantOf(setting, value);
  const below = (typeof key === "number" ? items : properties?.[String(key)]) ?? (additionalProperties || undefined);
  // What a list or a free group says of its entries, its entries need not repeat.
  const next = below && (properties?.[String(key)] ? below : { mend: setting.mend, ...below });
  return next && settingAt(next, rest, (value as Record<PropertyKey, unknown> | null | undefined)?.[key]);
}

/** What a setting may be, in words that end a sentence. */
export function allowedValues(setting: Setting): string {
  const { type, title, enum: choices, const: only, minimum, maximum, minItems, format, anyOf } = setting;
  if (title !== undefined) return title;
  if (only !== undefined) return typeof only === "string" ? only : JSON.stringify(only);
  if (choices) return either(choices.map(String));
  if (anyOf) return either(anyOf.map(allowedValues));
  switch (type) {
    case "boolean":
      return "true or false";
    case "integer":
    case "number": {
      const number = type === "integer" ? "a whole number" : "a number";
      if (minimum === undefined) return number;
      return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
        ? `${number} of at least ${String(minimum)}`
        : `${number} from ${String(minimum)} to ${String(maximum)}`;
    }
    case "array":
      return minItems === undefined ? "a list" : "a list with at least one entry";
    case "string":
      return format === "email" ? "an e-mail address" : format === "uri" ? "a URL" : "text";
    default:
      return "a group of settings";
  }
}

/** "a", "a or b", "a, b or c". */
export function either(words: string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}
