/** How long a preview takes, against the least that any preview with these plugins can take. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { run } from "../../test/lab/command.ts";
import { recordEverything } from "../../test/lab/evidence.ts";
import type { Benchmark, Variant } from "../bench.ts";
import { Copy, program, project } from "../copy.ts";

// Production is not previewed without the policies, so that what it is held against loads them too.
const policies = ["--policy-pack", join(project, "policies")];

export async function benchmark(): Promise<Benchmark> {
  const floor = await Copy.of([]);
  await floor.overlay(join(import.meta.dirname, "floor"));
  const stripped = await Copy.of(program);
  const standard = await defaultRuntime();
  const copies = [floor, stripped, standard];
  for (const copy of copies) {
    await copy.stack("dev", "examples/Pulumi.dev.yaml");
    await copy.stack("production", "Pulumi.production.yaml");
  }
  // Without it the policies refuse production; the floor has no site that they ask it of.
  await recordEverything(stripped.folder, "production");
  const variant = (name: string, copy: Copy, stack: string, ...args: string[]): Variant => ({
    name,
    run: () => copy.pulumi(["preview", "--stack", stack, ...args]),
  });

  return {
    title: "preview of a new stack, from the command line",
    rounds: 7,
    variants: [
      variant("floor", floor, "dev"),
      variant("dev", stripped, "dev"),
      variant("dev, Pulumi's default runtime", standard, "dev"),
      variant("floor with the policies", floor, "production", ...policies),
      variant("production", stripped, "production", ...policies),
    ],
    ratios: [
      { name: "dev / floor", of: "dev", over: "floor", aim: 1.6 },
      { name: "production / floor", of: "production", over: "floor with the policies", aim: 1.6 },
      { name: "dev / default runtime", of: "dev", over: "dev, Pulumi's default runtime" },
    ],
    close: async () => {
      for (const copy of copies) await copy.remove();
    },
  };
}

/** The same sources as CommonJS under ts-node with its type check: what `runtime: nodejs` alone comes to. */
async function defaultRuntime(): Promise<Copy> {
  const copy = await Copy.of(program);
  const manifest = JSON.parse(await readFile(join(copy.folder, "package.json"), "utf8")) as Record<string, unknown>;
  delete manifest["type"];
  await writeFile(join(copy.folder, "package.json"), JSON.stringify(manifest));
  await copy.overlay(join(import.meta.dirname, "default-runtime"));
  const folders = ["config", "components", "connection"].map((name) => join(copy.folder, name));
  const { stdout } = await run("find", [...folders, "-name", "*.ts"]);
  for (const file of stdout.trim().split("\n")) {
    const text = await readFile(file, "utf8");
    const converted = text
      .replace(/(from "\.{1,2}\/[^"]+)\.ts"/g, '$1"')
      .replaceAll("import.meta.url", 'require("node:url").pathToFileURL(__filename)');
    await writeFile(file, converted);
  }
  return copy;
}
