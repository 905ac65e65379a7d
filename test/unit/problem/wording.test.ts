// Every problem's code, its exact words, and its line in docs/errors.md. Other tests ask for code and facts.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { before, describe, it } from "mocha";

import { rules } from "../../../config/contradiction.ts";
import type { Wordings } from "../../../config/problem.ts";
import { components } from "./components.ts";
import { config } from "./config.ts";
import { connection } from "./connection.ts";
import { deployment } from "./deployment.ts";
import { evidence } from "./evidence.ts";
import { imports } from "./import.ts";
import { migration } from "./migration.ts";
import { operations } from "./operations.ts";
import { pipeline } from "./pipeline.ts";
import { refreshes } from "./refresh.ts";
import { upgrades } from "./upgrade.ts";

const project = join(import.meta.dirname, "..", "..", "..");
const read = (path: string): string => readFileSync(join(project, path), "utf8");
const cases = [
  ...[...config, ...connection, ...deployment, ...migration, ...components],
  ...[...operations, ...evidence, ...imports, ...pipeline, ...refreshes, ...upgrades],
].flat();

describe("a problem", () => {
  for (const { code, problem, text } of cases)
    it(`has its words: ${code}`, () => {
      assert.equal(problem.code, code);
      assert.equal(problem.message, text);
    });
});

describe("the code of a problem", () => {
  /** Of all modules that word problems, by what they export. */
  let worded: string[];
  const mistakes = new Set([
    ...rules.map(({ code }) => code),
    ...globSync("config/*.ts", { cwd: project }).flatMap((path) =>
      [...read(path).matchAll(/^ +code: "(config\.[\w-]+)",$/gm)].map(([, code = ""]) => code),
    ),
  ]);
  before(async () => {
    const sources = globSync("{config,connection,deployment,migration,components,policies,operations}/**/*.ts", {
      cwd: project,
    }).filter((path) => read(path).includes("\nexport const wordings = "));
    const modules = (await Promise.all(sources.map((path) => import(join(project, path))))) as { wordings: Wordings }[];
    worded = modules.flatMap(({ wordings }) => Object.keys(wordings));
  });

  it("has the form area.name, and is no other problem's", () => {
    const all = [...worded, ...mistakes];
    for (const code of all) assert.match(code, /^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/);
    assert.equal(new Set(all).size, all.length, all.sort().join(" "));
    assert.equal(new Set(rules.map(({ code }) => code)).size, rules.length);
  });

  it("has its words asserted here, once", () => {
    assert.deepEqual(cases.map(({ code }) => code).sort(), worded.sort());
  });

  it("is explained in docs/errors.md", () => {
    const explained = [...read("docs/errors.md").matchAll(/^\| `([^`]+)` +\|/gm)].map(([, code]) => code);
    assert.deepEqual(explained.sort(), [...worded, ...mistakes].sort());
  });
});
