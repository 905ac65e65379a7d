/** Tables and colours on a terminal. */
import { stripVTControlCharacters, styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Coloured where standard output is a terminal that wants it (NO_COLOR, FORCE_COLOR). */
export const coloured = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

/** Columns as wide as their widest cell. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = (text: string): number => stripVTControlCharacters(text).length;
  const widths = heads.map((head, column) => Math.max(width(head), ...rows.map((row) => width(row[column] ?? ""))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell)))
      .join("  ")
      .trimEnd();
  return [coloured("bold", line(heads)), ...rows.map(line)].join("\n");
}
