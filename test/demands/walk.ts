// A process of its own, which loads every test file and tells its parent what stands in them; nothing is run.
import { globSync } from "node:fs";
import { join, relative } from "node:path";

import Mocha from "mocha";

import type { Test } from "./tests.ts";

const project = join(import.meta.dirname, "..", "..");

function below(suite: Mocha.Suite, path: readonly string[]): Test[] {
  return [
    ...suite.tests.map(({ title, file = "" }) => ({ file: relative(project, file), path, title })),
    ...suite.suites.flatMap((inner) => below(inner, [...path, inner.title])),
  ];
}

const mocha = new Mocha();
for (const file of globSync("test/**/*.test.ts", { cwd: project }).sort()) mocha.addFile(join(project, file));
await mocha.loadFilesAsync();
process.send?.(below(mocha.suite, []));
