/** What becomes of a column on its way to another stack. */

/** Columns as PostgreSQL tells of them (host/backup/column.sql). */
export interface Column {
  schema: string;
  table: string;
  column: string;
  /** The table as rules call it: with its schema where that is not `public`. */
  named: string;
  type: string;
  /** What masks tell apart. */
  kind: "text" | "number" | "date" | "json" | "inet" | "uuid" | "bytea" | "array" | "other";
  /** Characters that fit, where there is a limit. */
  most: number | null;
  nullable: boolean;
  primary: boolean;
  /** Table that its values are keys of. */
  refers: string | null;
}

const text = ["text"];

/** Every rule, with the kinds of columns that it suits; `undefined`: all. The masks are in host/backup/mask.sql. */
const suits = {
  keep: undefined,
  null: undefined,
  empty: ["text", "json", "array", "bytea"],
  mail: text,
  login: text,
  name: text,
  phone: text,
  iban: text,
  path: text,
  text,
  password: text,
  digits: ["text", "number"],
  date: ["date"],
  ip: ["text", "inet"],
  token: ["text", "uuid"],
} as const satisfies Record<string, readonly string[] | undefined>;

export type ColumnRule = keyof typeof suits;

export const columnRules = Object.keys(suits) as ColumnRule[];

export const isColumnRule = (word: unknown): word is ColumnRule => columnRules.includes(word as ColumnRule);

function fits(rule: ColumnRule, { kind, nullable }: Column): boolean {
  const kinds: readonly string[] | undefined = suits[rule];
  return rule === "null" ? nullable : !kinds || kinds.includes(kind);
}

/** Why a rule does not suit a column, or nothing. */
export function misfit(rule: ColumnRule, column: Column): string | undefined {
  if (fits(rule, column)) return undefined;
  if (rule === "null") return "may not be null; use empty, or a mask";
  const able = columnRules.filter((each) => fits(each, column));
  return `is ${column.type}, which ${rule} does not suit; use one of: ${able.join(", ")}`;
}

const signs: readonly [RegExp, ColumnRule][] = [
  [/passw(or)?d/, "password"],
  [/e?mail/, "mail"],
  [/(^|_)(user_?name|login|nick(name)?)$/, "login"],
  [/phone|mobile|(^|_)(tel|fax)(_|$)/, "phone"],
  [/iban/, "iban"],
  [/(^|_)(ip|remote_addr)(_|$)/, "ip"],
  [/token|secret|(^|_)(key|session|signature)(_|$)/, "token"],
  [/(^|_)(ssn|siret|vat|bic)(_|$)|card|number/, "digits"],
  [/birth|(^|_)dob(_|$)/, "date"],
  [/(^|_)(file|image|photo|picture|avatar|document|attachment)$/, "path"],
  [/name|street|address|city|company|title|author|owner/, "name"],
];

/** A rule to begin with for a column that has none; somebody has to look at it. */
export function suggestion(column: Column): ColumnRule {
  if (column.refers !== null) return "keep";
  const [, meant] = signs.find(([sign, rule]) => sign.test(column.column.toLowerCase()) && fits(rule, column)) ?? [];
  if (meant) return meant;
  if (column.primary || ["number", "date", "uuid"].includes(column.kind) || column.type === "boolean") return "keep";
  return (["text", "ip", "null", "empty"] as const).find((rule) => fits(rule, column)) ?? "keep";
}
