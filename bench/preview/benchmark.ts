/** How long a preview takes, against the least that any preview with these plugins can take. */
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Cli } from "../../toolchain/cli.ts";
import { run } from "../../test/lab/command.ts";
import type { Benchmark, Variant } from "../bench.ts";

const project = join(import.meta.dirname, "..", "..");
const program = ["index.ts", "config", "components", "connection", "host", "Pulumi.yaml"];
/** A whole site on a server, without the policies that production asks for: `npm run bench -- policies` is about those. */
const server = "Pulumi.staging.yaml";

export async function benchmark(): Promise<Benchmark> {
  const folder = await mkdtemp(join(tmpdir(), "socle-bench-"));
  await writeFile(join(folder, "passphrase"), randomBytes(24).toString("hex"), { mode: 0o600 });
  const variant = (name: string, stackName: string, place: string): Variant => ({
    name,
    run: async () => {
      await pulumi(folder, join(folder, place), ["preview", "--stack", stackName]);
    },
  });

  const floor = await copy(folder, "floor");
  await cp(join(import.meta.dirname, "floor"), floor, { recursive: true });
  const stripped = await copy(folder, "stripped");
  await Promise.all(program.map((file) => cp(join(project, file), join(stripped, file), { recursive: true })));
  const standard = await copy(folder, "standard");
  await defaultRuntime(standard);
  for (const place of [floor, stripped, standard]) {
    await stack(folder, place, "dev", join(project, "examples", "Pulumi.dev.yaml"));
    await stack(folder, place, "server", join(project, server));
  }

  return {
    title: "preview of a new stack, from the command line",
    rounds: 7,
    variants: [
      variant("floor", "server", "floor"),
      variant("dev", "dev", "stripped"),
      variant("server", "server", "stripped"),
      variant("server, Pulumi's default runtime", "server", "standard"),
    ],
    ratios: [
      { name: "server / floor", of: "server", over: "floor", aim: 1.6 },
      { name: "dev / floor", of: "dev", over: "floor", aim: 1.6 },
      { name: "server / default runtime", of: "server", over: "server, Pulumi's default runtime" },
    ],
    close: () => rm(folder, { recursive: true }),
  };
}

/** A stack that was never up, with the settings of a file but not its salt, which belongs to another passphrase. */
async function stack(folder: string, place: string, name: string, settings: string): Promise<void> {
  const text = await readFile(settings, "utf8");
  await writeFile(join(place, `Pulumi.${name}.yaml`), text.replace(/^encryptionsalt:.*$/m, ""));
  await pulumi(folder, place, ["stack", "init", name]);
}

/** An empty project folder with the project's packages and its own way to start Node. */
async function copy(folder: string, name: string): Promise<string> {
  const place = join(folder, name);
  await mkdir(join(place, "toolchain"), { recursive: true });
  await symlink(join(project, "node_modules"), join(place, "node_modules"));
  await cp(join(project, "package.json"), join(place, "package.json"));
  await cp(join(project, "toolchain", "node.cjs"), join(place, "toolchain", "node.cjs"));
  return place;
}

/** The same sources as CommonJS under ts-node with its type check: what `runtime: nodejs` alone comes to. */
async function defaultRuntime(place: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(place, "package.json"), "utf8")) as Record<string, unknown>;
  delete manifest.type;
  await writeFile(join(place, "package.json"), JSON.stringify(manifest));
  await cp(join(import.meta.dirname, "default-runtime"), place, { recursive: true });
  for (const folder of ["config", "components", "connection", "host"]) {
    await cp(join(project, folder), join(place, folder), { recursive: true });
  }
  const { stdout } = await run("find", [
    ...["config", "components", "connection"].map((name) => join(place, name)),
    "-name",
    "*.ts",
  ]);
  for (const file of stdout.trim().split("\n")) {
    const text = await readFile(file, "utf8");
    const converted = text
      .replace(/(from "\.{1,2}\/[^"]+)\.ts"/g, '$1"')
      .replaceAll("import.meta.url", 'require("node:url").pathToFileURL(__filename)');
    await writeFile(file, converted);
  }
}

async function pulumi(folder: string, place: string, args: string[]): Promise<void> {
  const cli = new Cli(process.env);
  const environment = {
    ...cli.variables(process.env),
    NODE_COMPILE_CACHE: join(place, ".cache"),
    PULUMI_BACKEND_URL: `file://${place}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
  };
  await run(cli.path, [...args, "--non-interactive"], { directory: place, environment });
}
