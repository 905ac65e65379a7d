/** What a restore would lose. */

/** Tables that have more rows now than in the backup, the greatest loss first; a table that is new is lost whole. */
export function losses(
  then: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): { table: string; rows: number }[] {
  return Object.entries(now)
    .map(([table, rows]) => ({ table, rows: rows - (then[table] ?? 0) }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows || (a.table < b.table ? -1 : 1));
}
