/** The rules file of a stack: which of its data may reach another one, and what becomes of the rest (docs/refresh.md). */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parseDocument } from "yaml";

import { problems, type Wordings } from "../../config/problem.ts";
import { type ColumnRule, columnRules, isColumnRule } from "./rule.ts";

/** Of a table: `truncate`, or a rule for each column. */
export type TableRules = "truncate" | Readonly<Record<string, ColumnRule>>;

export interface Rules {
  /** As the stack's settings name it. */
  file: string;
  /** Presets first, which the file's own lines override. */
  tables: Record<string, TableRules>;
  /** Of the file itself; a preset may speak of tables that are not there. */
  own: Record<string, TableRules>;
  /** Uploaded files that may leave as they are. */
  media: string[];
  canaries: string[];
  /** `COLUMN in PLACE`. */
  harmless: string[];
}

const project = join(import.meta.dirname, "..", "..");
const presetNames = ["django", "celery"];

export const wordings = {
  "refresh.no-rules-file": ({ file }: { file: string }) => [
    `data.anonymise names ${file}, which is not there.`,
    "Write it as docs/refresh.md says; an empty file is a beginning.",
  ],
  "refresh.rules-not-yaml": ({ file, reason }: { file: string; reason: string }) => [
    `${file} is no YAML file: ${reason}`,
  ],
  "refresh.rules-no-group": ({ file }: { file: string }) => [
    `${file} is no group of settings.`,
    "Begin it with tables:",
  ],
  "refresh.rules-mistaken": ({ file, mistakes }: { file: string; mistakes: readonly string[] }) => [
    `${file} has ${mistakes.length === 1 ? "1 mistake" : `${String(mistakes.length)} mistakes`}; nothing was changed.\n${mistakes.map((line) => `  ${line}`).join("\n")}`,
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws refresh.… with everything that is wrong with it */
export function readRules(file: string): Rules {
  let text: string;
  try {
    text = readFileSync(join(project, file), "utf8");
  } catch {
    throw problem("refresh.no-rules-file", { file });
  }
  return parseRules(file, text);
}

export function parseRules(file: string, text: string): Rules {
  const mistakes: string[] = [];
  const given = groupOf(file, text);
  const names = ["presets", "tables", "media", "canaries", "harmless"];
  for (const name of Object.keys(given))
    if (!names.includes(name)) mistakes.push(`${name}: there is no such key; use one of: ${names.join(", ")}`);

  const presets = list(given, "presets", mistakes);
  for (const name of presets)
    if (!presetNames.includes(name))
      mistakes.push(`presets: there is no ${name}; use one of: ${presetNames.join(", ")}`);
  const own = tablesOf(given["tables"], mistakes);
  const harmless = list(given, "harmless", mistakes);
  for (const line of harmless)
    if (!/^\S+ in \S.*$/.test(line))
      mistakes.push(`harmless: "${line}" is not COLUMN in PLACE, as the leak scan writes them`);
  const canaries = list(given, "canaries", mistakes);
  if (canaries.some((value) => value.length < 4)) mistakes.push("canaries: one has fewer than 4 characters");
  const rules = { file, own, tables: own, media: list(given, "media", mistakes), canaries, harmless };
  if (mistakes.length > 0) throw problem("refresh.rules-mistaken", { file, mistakes });
  return { ...rules, tables: merged([...presets.map(preset), own]) };
}

/** A preset is a rules file, too. */
const preset = (name: string): Record<string, TableRules> => readRules(`operations/refresh/presets/${name}.yaml`).own;

/** Column by column: a later one speaks for the columns that it names, or for the whole table. */
function merged(all: readonly Record<string, TableRules>[]): Record<string, TableRules> {
  const tables: Record<string, TableRules> = {};
  for (const [name, rules] of all.flatMap((each) => Object.entries(each))) {
    const before = tables[name];
    tables[name] =
      rules === "truncate" || before === undefined || before === "truncate" ? rules : { ...before, ...rules };
  }
  return tables;
}

function groupOf(file: string, text: string): Record<string, unknown> {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw problem("refresh.rules-not-yaml", { file, reason: error.message });
  const given: unknown = document.toJS() ?? {};
  if (!isGroup(given)) throw problem("refresh.rules-no-group", { file });
  return given;
}

function tablesOf(given: unknown, mistakes: string[]): Record<string, TableRules> {
  if (given === undefined || given === null) return {};
  if (!isGroup(given)) {
    mistakes.push("tables: is no group; write the tables below it, each with its columns");
    return {};
  }
  const tables = Object.entries(given).map(([table, rules]): [string, TableRules] => {
    if (rules === "truncate") return [table, rules];
    if (!isGroup(rules)) {
      mistakes.push(`tables.${table}: is neither truncate nor a group of columns`);
      return [table, {}];
    }
    const columns = Object.entries(rules).map(([column, word]): [string, ColumnRule] => {
      // YAML reads a bare null as nothing.
      const rule = word ?? "null";
      if (isColumnRule(rule)) return [column, rule];
      mistakes.push(
        `tables.${table}.${column}: there is no rule ${JSON.stringify(word)}; use one of: ${columnRules.join(", ")}`,
      );
      return [column, "null"];
    });
    return [table, Object.fromEntries(columns)];
  });
  return Object.fromEntries(tables);
}

/** Values are never shown: a canary is one that nobody shall read. */
function list(given: Record<string, unknown>, name: string, mistakes: string[]): string[] {
  const found = given[name] ?? [];
  if (Array.isArray(found) && found.every((each) => typeof each === "string" && /^[^\t\r\n]+$/.test(each)))
    return found as string[];
  mistakes.push(`${name}: is no list of texts of one line each`);
  return [];
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
