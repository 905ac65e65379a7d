/** A mistake in a stack's configuration: where it is, what was found, what to do. */
import leven from "leven";
import { z } from "zod";

export interface Mistake {
  /** Setting's path, such as `site.domains.0`. */
  path: string;
  /** What is wrong with what was found. Never holds a secret's value. */
  found: string;
  /** What the reader does about it. */
  mend: string;
}

/** All mistakes of one configuration, reported at once. */
export class ConfigurationError extends Error {
  readonly mistakes: Mistake[];

  constructor(stack: string, mistakes: Mistake[]) {
    const lines = mistakes.map(({ path, found, mend }) => `  ${path}: ${found}\n    → ${mend}`);
    const count = mistakes.length === 1 ? "1 mistake" : `${String(mistakes.length)} mistakes`;
    super(`The configuration of stack ${stack} has ${count}; nothing was changed.\n${lines.join("\n")}`);
    this.name = "ConfigurationError";
    this.mistakes = mistakes;
  }
}

/** The mistakes that one section's schema finds in a value. */
export function mistakesOf(error: z.ZodError, schema: z.ZodType, section: string, value: unknown): Mistake[] {
  return error.issues.flatMap((issue): Mistake[] => {
    const path = [section, ...issue.path].join(".");
    const at = schemaAt(schema, issue.path);
    const found = valueAt(value, issue.path);
    if (issue.code === "unrecognized_keys") {
      const known = Object.keys(shapeOf(at) ?? {});
      return issue.keys.map((key) => unknownSetting(`${path}.${key}`, key, known));
    }
    return [{ path, found: describe(issue, at, found), mend: mendOf(schema, issue.path) ?? expectation(issue, at) }];
  });
}

/** An unknown setting, with the known one that it may be meant for. */
export function unknownSetting(path: string, key: string, known: readonly string[]): Mistake {
  const near = known.filter((name) => leven(name.toLowerCase(), key.toLowerCase()) <= Math.max(2, key.length / 3));
  const nearest = near.sort((a, b) => leven(a, key) - leven(b, key))[0];
  return {
    path,
    found: "there is no such setting",
    mend: nearest ? `Did you mean \`${nearest}\`?` : `Remove it, or use one of: ${known.join(", ")}.`,
  };
}

function describe(issue: z.core.$ZodIssue, at: z.ZodType | undefined, found: unknown): string {
  if (found === undefined) return "is required and was not set";
  if (issue.code === "invalid_key") return "the name is not valid";
  const shown = typeof found === "object" ? (Array.isArray(found) ? "a list" : "a group of settings") : JSON.stringify(found);
  return `found ${abridged(shown)}, expected ${expected(issue, at)}`;
}

/** Long values are shown by their beginning: what matters is where they stand. */
const abridged = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}…` : text);

function expected(issue: z.core.$ZodIssue, at: z.ZodType | undefined): string {
  const title = at?.meta()?.title;
  if (title !== undefined && issue.code === "invalid_format") return title;
  switch (issue.code) {
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "invalid_union":
      return `one of ${String((issue as { options?: unknown[] }).options?.join(", ") ?? "the allowed values")}`;
    case "too_small":
      return issue.origin === "array" || issue.origin === "string"
        ? "at least one entry"
        : `at least ${String(issue.minimum)}`;
    case "too_big":
      return `at most ${String(issue.maximum)}`;
    case "invalid_type":
      return { int: "a whole number", array: "a list", object: "a group of settings", record: "a group of settings" }[
        issue.expected as string
      ] ?? `a ${issue.expected}`;
    case "invalid_format":
      return issue.format === "regex" ? `text of the form ${String(issue.pattern)}` : `a valid ${issue.format}`;
    default:
      return issue.message;
  }
}

function expectation(issue: z.core.$ZodIssue, at: z.ZodType | undefined): string {
  return `Set it to ${expected(issue, at)}.`;
}

/** The nearest mend on the way from the section to the setting: the most particular one wins. */
function mendOf(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  for (let length = path.length; length >= 0; length--) {
    const mend = schemaAt(schema, path.slice(0, length))?.meta()?.mend;
    if (typeof mend === "string") return mend;
  }
  return undefined;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

interface Definition {
  type: string;
  innerType?: z.ZodType;
  element?: z.ZodType;
  valueType?: z.ZodType;
  shape?: Record<string, z.ZodType>;
  options?: z.ZodType[];
}
const definition = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

/** A schema with what it was wrapped into, outermost first: descriptions hang on any layer. */
export function layers(schema: z.ZodType): z.ZodType[] {
  const inner = definition(schema).innerType;
  return inner ? [schema, ...layers(inner)] : [schema];
}

/** The fields of a group of settings, and those of every variant of a union. */
export function shapeOf(schema: z.ZodType | undefined): Record<string, z.ZodType> | undefined {
  if (!schema) return undefined;
  const core = definition(layers(schema).at(-1) ?? schema);
  if (core.options) return Object.assign({}, ...core.options.map((option) => shapeOf(option) ?? {}));
  return core.shape;
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema;
  for (const key of path) {
    if (!at) return undefined;
    const core = definition(layers(at).at(-1) ?? at);
    at = shapeOf(at)?.[String(key)] ?? core.element ?? core.valueType;
  }
  return at && (layers(at).find((layer) => layer.meta()?.mend ?? layer.meta()?.title) ?? at);
}
