/** How much longer a preview takes with the policies than without. */
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Cli } from "../../toolchain/cli.ts";
import { run } from "../../test/lab/command.ts";
import type { Benchmark, Variant } from "../bench.ts";

const project = join(import.meta.dirname, "..", "..");
const program = ["index.ts", "config", "components", "connection", "host", "policies", "Pulumi.yaml", "package.json"];

export async function benchmark(): Promise<Benchmark> {
  const folder = await mkdtemp(join(tmpdir(), "socle-bench-"));
  await writeFile(join(folder, "passphrase"), randomBytes(24).toString("hex"), { mode: 0o600 });
  await Promise.all(program.map((path) => cp(join(project, path), join(folder, path), { recursive: true })));
  await mkdir(join(folder, "toolchain"));
  await cp(join(project, "toolchain", "node.cjs"), join(folder, "toolchain", "node.cjs"));
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
  // Production is not previewed without the policies; staging is the same program, with and without.
  const text = await readFile(join(project, "Pulumi.staging.yaml"), "utf8");
  await writeFile(join(folder, "Pulumi.staging.yaml"), text.replace(/^encryptionsalt:.*$/m, ""));
  await pulumi(folder, ["stack", "init", "staging"]);

  const variant = (name: string, ...args: string[]): Variant => ({
    name,
    run: () => pulumi(folder, ["preview", "--stack", "staging", ...args]),
  });
  return {
    title: "preview of a new stack with and without the policies, from the command line",
    rounds: 7,
    variants: [variant("without"), variant("with", "--policy-pack", "policies")],
    ratios: [{ name: "with / without", of: "with", over: "without", aim: 1.5 }],
    close: () => rm(folder, { recursive: true }),
  };
}

async function pulumi(folder: string, args: string[]): Promise<void> {
  const cli = new Cli(process.env);
  const environment = {
    ...cli.variables(process.env),
    NODE_COMPILE_CACHE: join(folder, ".cache"),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
  };
  await run(cli.path, [...args, "--non-interactive"], { directory: folder, environment });
}
