/**
 * Writes what is generated from the schema: docs/configuration.md and docs/stack.schema.json.
 *
 *   node config/reference.ts            writes both
 *   node config/reference.ts --check    writes nothing; exit status 1 when one is not current
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { referencePage } from "./reference-page.ts";
import { stackSchema } from "./stack-schema.ts";

const file = (path: string): URL => new URL(`../${path}`, import.meta.url);

/** Path and text of every generated file. */
export function references(): Record<string, string> {
  const project = /^name: *([\w.-]+)/m.exec(readFileSync(file("Pulumi.yaml"), "utf8"))?.[1];
  if (project === undefined) throw new Error("Pulumi.yaml has no name; add a line such as `name: socle`.");
  const introduction = readFileSync(new URL("reference-introduction.md", import.meta.url), "utf8");
  return {
    "docs/configuration.md": referencePage(project, introduction),
    "docs/stack.schema.json": `${JSON.stringify(stackSchema(project), null, 2)}\n`,
  };
}

/** Paths of the generated files that are missing or differ from what would be written. */
export function outdated(): string[] {
  return Object.entries(references())
    .filter(([path, text]) => !existsSync(file(path)) || readFileSync(file(path), "utf8") !== text)
    .map(([path]) => path);
}

function main(words: string[]): number {
  const unknown = words.filter((word) => word !== "--check");
  if (unknown.length > 0) {
    console.error(`unknown argument '${unknown.join(" ")}'; usage: node config/reference.ts [--check]`);
    return 2;
  }
  const stale = outdated();
  if (words.includes("--check")) {
    for (const path of stale)
      console.error(`${path} is not what config/schema.ts says; run \`npx node config/reference.ts\` and commit it.`);
    return stale.length > 0 ? 1 : 0;
  }
  for (const path of stale) {
    writeFileSync(file(path), references()[path] ?? "");
    console.log(`written: ${path}`);
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
