/** Rows of every table of a stack's database as they are now. */
import type { Stack } from "../stack.ts";

export async function rowsOf(stack: Stack): Promise<Record<string, number>> {
  const words = [stack.container("backup"), "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"];
  const text = await stack.host.ask("exec.sh", [...words, "--field-separator=\t", "--file=/tools/counts.sql"]);
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => line.split("\t")).map(([table = "", rows]) => [table, Number(rows)]));
}
