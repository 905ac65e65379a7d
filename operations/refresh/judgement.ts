/** Rules laid against the columns that a backup has: nothing may leave by oversight. */
import leven from "leven";

import { problems, type Wordings } from "../../config/problem.ts";
import { type Column, type ColumnRule, misfit, suggestion } from "./rule.ts";
import type { Rules } from "./rules-file.ts";

export interface Ruled {
  column: Column;
  rule: ColumnRule | "truncate";
}

interface Unsuitable {
  file: string;
  /** Rules that do not suit, or of what is not there. */
  mistakes: readonly string[];
  /** Columns without a rule. */
  missing: readonly Column[];
}

export const wordings = {
  "refresh.rules-unsuitable": ({ file, mistakes, missing }: Unsuitable) => [
    [
      ...(mistakes.length > 0 ? [`${file} does not suit the tables:`, ...mistakes.map((line) => `  ${line}`)] : []),
      ...(missing.length > 0
        ? [
            `${missing.length === 1 ? "1 column has" : `${String(missing.length)} columns have`} no rule in ${file}. A beginning, to be looked at line by line:`,
            "",
            "tables:",
            ...suggestions(missing),
            "",
          ]
        : []),
      "Nothing was changed, and nothing has left the stack.",
    ].join("\n"),
  ],
} satisfies Wordings;

const problem = problems(wordings);

/**
 * The rule of every column.
 * @throws refresh.rules-unsuitable naming every column that has none, with a suggestion, and every rule that does not suit
 */
export function judge(rules: Rules, columns: readonly Column[]): Ruled[] {
  const mistakes = [...strangers(rules, columns), ...unsuitable(rules, columns)];
  const missing = columns.filter((column) => ruleOf(rules, column) === undefined);
  if (mistakes.length === 0 && missing.length === 0)
    return columns.map((column) => ({ column, rule: ruleOf(rules, column) ?? "keep" }));
  throw problem("refresh.rules-unsuitable", { file: rules.file, mistakes, missing });
}

function ruleOf({ tables }: Rules, { named, column }: Column): Ruled["rule"] | undefined {
  const rules = tables[named];
  return rules === undefined || rules === "truncate" ? rules : rules[column];
}

/** What the file speaks of and is not there: a slip of the pen would leave the column that is meant without its rule. */
function strangers({ own }: Rules, columns: readonly Column[]): string[] {
  const names = [...new Set(columns.map(({ named }) => named))];
  return Object.entries(own).flatMap(([table, rules]) => {
    if (!names.includes(table)) return [`tables.${table}: there is no such table${meant(table, names)}`];
    const known = columns.filter(({ named }) => named === table).map(({ column }) => column);
    return (rules === "truncate" ? [] : Object.keys(rules))
      .filter((column) => !known.includes(column))
      .map((column) => `tables.${table}.${column}: there is no such column${meant(column, known)}`);
  });
}

function meant(name: string, known: readonly string[]): string {
  const [nearest] = known.filter((each) => leven(each, name) <= 2).sort((a, b) => leven(a, name) - leven(b, name));
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}

function unsuitable(rules: Rules, columns: readonly Column[]): string[] {
  return columns.flatMap((column) => {
    const rule = ruleOf(rules, column);
    if (rule === undefined || rule === "truncate") return [];
    const where = `tables.${column.named}.${column.column}`;
    const found = misfit(rule, column);
    if (found !== undefined) return [`${where}: ${found}`];
    const emptied = column.refers !== null && rules.tables[column.refers] === "truncate";
    return emptied && rule !== "null"
      ? [
          `${where}: names rows of ${column.refers ?? ""}, which is emptied; ${column.nullable ? "use null" : "empty this table, too"}`,
        ]
      : [];
  });
}

function suggestions(missing: readonly Column[]): string[] {
  const tables = [...new Set(missing.map(({ named }) => named))];
  return tables.flatMap((table) => [
    `  ${table}:`,
    ...missing.filter(({ named }) => named === table).map((each) => `    ${each.column}: ${suggestion(each)}`),
  ]);
}

/** As host/backup/anonymise.sh reads them; a field is written as PostgreSQL's COPY reads it. */
export function ruleLines(rules: Rules, ruled: readonly Ruled[]): string {
  const field = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n");
  return [
    ...ruled.map(({ column: { schema, table, column }, rule }) => [
      "rule",
      ...[schema, table, column, rule].map(field),
    ]),
    ...rules.media.map((glob) => ["media", glob]),
    ...rules.canaries.map((value) => ["canary", value]),
    ...rules.harmless.map((line) => ["harmless", line]),
  ]
    .map((words) => `${words.join("\t")}\n`)
    .join("");
}
