/** Which demands a test's title names. */
import type { Test } from "./tests.ts";

const id = String.raw`(?:[A-E]\d{1,2}(?:\.\w+)?|[SFPVH]\d{1,2}|EVD-\d\d)`;
const numbers = String.raw`\d{1,2}(?:(?:, | and )\d{1,2})*`;
/** At the beginning: "A6, A8: …", "EVD-03, case 1: …". */
const leading = new RegExp(`^(${id}(?:(?:, | and )${id})*)(?:, case \\d+)?:`);
const evidence = /\bEVD-\d\d\b/g;
/** "fault 16: …", "faults 16 and 18: …". */
const faults = new RegExp(`^faults? (${numbers}):`);
/** "(row 11)", "(rows 8, 14, 20, 21)". */
const rows = new RegExp(`\\(rows? (${numbers})\\)`, "g");

/**
 * @param title of one test or of one describe
 * @param lines of the checklist, each with the id of its demand
 */
export function idsOf(title: string, lines: ReadonlyMap<string, string>): string[] {
  const named = leading.exec(title)?.[1]?.match(new RegExp(id, "g")) ?? [];
  const ofMatrix = [faults.exec(title)?.[1], ...[...title.matchAll(rows)].map(([, list]) => list)]
    .flatMap((list) => list?.match(/\d+/g) ?? [])
    .map((number) => `fault ${number}`);
  const line = [...lines].filter(([text]) => title.endsWith(`: ${text}`)).map(([, of]) => of);
  return [...new Set([...named, ...(title.match(evidence) ?? []), ...ofMatrix, ...line])];
}

/** Ids that a test names, each with how many of its titles, the outermost first, reach to where it is named. */
export function idsOfTest({ path, title }: Test, lines: ReadonlyMap<string, string>): Map<string, number> {
  const found = new Map<string, number>();
  for (const [index, one] of [...path, title].entries())
    for (const named of idsOf(one, lines)) if (!found.has(named)) found.set(named, index + 1);
  return found;
}
