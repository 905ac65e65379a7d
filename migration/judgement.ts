/** What is to be said of each pending migration: from its operations, and from what squawk says of its SQL. */
import { idOf, type Plan, type PlannedMigration, type Risk } from "./plan.ts";

/** Of squawk, about one statement. */
export interface Finding {
  rule: string;
  message: string;
  help?: string | null | undefined;
  /** The statement's own text, from its first line on. */
  statement: string;
}

/** By migration (APP.NAME). Undefined: squawk is not there. */
export type Findings = ReadonlyMap<string, readonly Finding[]> | undefined;

export interface Judged extends Pick<
  PlannedMigration,
  "atomic" | "reversible" | "oneWay" | "irreversible" | "sql" | "sqlError"
> {
  /** APP.NAME */
  id: string;
  operations: string[];
  risks: Risk[];
}

/** squawk's rules that are about risk; the others are about style. https://squawkhq.com/docs/rules */
const rules: Record<string, Risk["kind"]> = {
  "ban-drop-column": "destructive",
  "ban-drop-table": "destructive",
  "ban-drop-database": "destructive",
  "ban-truncate-cascade": "destructive",
  "renaming-column": "destructive",
  "renaming-table": "destructive",
  "adding-required-field": "breaking",
  "adding-not-nullable-field": "locking",
  "ban-drop-not-null": "breaking",
  "adding-field-with-default": "locking",
  "adding-foreign-key-constraint": "locking",
  "adding-serial-primary-key-field": "locking",
  "ban-alter-domain-with-add-constraint": "locking",
  "ban-concurrent-index-creation-in-transaction": "locking",
  "changing-column-type": "locking",
  "constraint-missing-not-valid": "locking",
  "disallowed-unique-constraint": "locking",
  "require-concurrent-index-creation": "locking",
  "require-concurrent-index-deletion": "locking",
};

/** What an inspection of Django's operations knows better: a varchar that grows takes no long lock. */
const inspectedBetter = new Set(["changing-column-type", "ban-drop-not-null", "adding-not-nullable-field"]);

/** Tables that a migration makes, and renames. */
const ownTables = /CREATE TABLE (?:IF NOT EXISTS )?([\w".]+)|ALTER TABLE ([\w".]+) RENAME TO ([\w".]+)/gi;

/** @param findings of squawk, whose rules of style are left out */
export function judge(plan: Plan, findings: Findings): Judged[] {
  const fresh = new Set<string>();
  return plan.pending.map((migration) => {
    for (const [, made = "", former = "", renamed = ""] of (migration.sql ?? "").matchAll(ownTables))
      if (made) fresh.add(bare(made));
      else if (fresh.has(bare(former))) fresh.add(bare(renamed));
    const inspected = migration.operations.flatMap(({ risks }) => risks ?? []);
    const opaque = migration.operations.some(({ opaque: own, risks }) => own || risks === undefined);
    const bySql = squawked(migration, findings, opaque, fresh).filter(
      ({ kind }) => opaque || inspected.every((found) => found.kind !== kind),
    );
    const { atomic, reversible, oneWay, irreversible, sql, sqlError, operations } = migration;
    return {
      ...{ id: idOf(migration), atomic, reversible, oneWay, irreversible, sql, sqlError },
      operations: operations.map(({ description, name }) => description || name),
      risks: [...inspected, ...bySql],
    };
  });
}

function squawked(
  migration: PlannedMigration,
  findings: Findings,
  opaque: boolean,
  fresh: ReadonlySet<string>,
): Risk[] {
  const undecided = (reason: string): Risk[] => (opaque ? [{ kind: "undecided", reason }] : []);
  if (migration.sql === null || migration.sql === undefined)
    return undecided(`its SQL is not known (${migration.sqlError ?? "none was given"})`);
  if (!findings) return undecided("its SQL was not judged: squawk is not installed");
  return (findings.get(idOf(migration)) ?? []).flatMap(({ rule, message, help, statement }): Risk[] => {
    const kind = rules[rule];
    if (!kind || (!opaque && inspectedBetter.has(rule)) || fresh.has(tableOf(statement))) return [];
    return [{ kind, reason: `${message.replace(/\.$/, "")} (squawk ${rule})`, mend: help }];
  });
}

const bare = (name: string): string => name.replaceAll('"', "").split(".").at(-1) ?? "";

/** The table that a statement is about. */
function tableOf(statement: string): string {
  const found =
    /^\s*(?:ALTER TABLE(?: ONLY)?(?: IF EXISTS)?|CREATE (?:UNIQUE )?INDEX[^;]*? ON(?: ONLY)?)\s+([\w".]+)/i.exec(
      statement,
    );
  return bare(found?.[1] ?? "");
}
