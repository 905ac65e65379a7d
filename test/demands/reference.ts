/**
 * Writes docs/demands.md from test/demands/demands.yaml and the titles of the tests.
 *
 *   node test/demands/reference.ts            writes it
 *   node test/demands/reference.ts --check    writes nothing; exit status 1 when it is not current
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { type Group, readGroups } from "./demand.ts";
import { page } from "./page.ts";
import { shown, type Showing } from "./shown.ts";
import { allTests } from "./tests.ts";

const target = "docs/demands.md";
const file = new URL(`../../${target}`, import.meta.url);
const command = "`npx node test/demands/reference.ts`";

/** What the page should say. */
export function reference(groups: readonly Group[], showings: ReadonlyMap<string, readonly Showing[]>): string {
  const introduction = readFileSync(new URL("reference-introduction.md", import.meta.url), "utf8");
  return page(groups, showings, introduction);
}

/** Whether the page says something else. */
export const outdated = (text: string): boolean => !existsSync(file) || readFileSync(file, "utf8") !== text;

async function main(words: string[]): Promise<number> {
  const groups = readGroups();
  const text = reference(groups, shown(groups, await allTests()));
  if (!outdated(text)) return 0;
  if (words.includes("--check")) {
    console.error(`${target} is not what the tests and test/demands/ say; run ${command} and commit it.`);
    return 1;
  }
  writeFileSync(file, text);
  console.log(`written: ${target}`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  });
