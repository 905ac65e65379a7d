// npm run -s pulumi -- ARGS: the CLI, with the clone's own state folder and
// passphrase where the user has named no other place.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Cli, runThrough } from "./cli.ts";
import { forgetPending, freeAbandoned } from "./interrupted.ts";
import { keepsStateElsewhere, LocalState } from "./local-state.ts";
import { findProject, type Project } from "./project.ts";

/** The value of an option among arguments: "-s dev", "-sdev", "--stack dev", "--stack=dev". */
export function option(args: readonly string[], long: string, short: string): string | undefined {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  for (const [index, arg] of own.entries()) {
    if (arg === long || arg === short) return own[index + 1];
    if (arg.startsWith(`${long}=`)) return arg.slice(long.length + 1);
    if (arg.startsWith(short) && !arg.startsWith("--") && arg.length > short.length)
      return arg.slice(short.length).replace(/^=/, "");
  }
  return undefined;
}

/** "stack init" and "stack rm" say themselves whether the stack shall exist. */
function isAboutExistence(args: readonly string[]): boolean {
  return ["init", "rm"].includes(args[args.indexOf("stack") + 1] ?? "") && args.includes("stack");
}

/** Stacks of the clone's own state folder come into being when first named, if they have a configuration. */
function initialise(stack: string, project: Project, state: LocalState, cli: Cli, env: NodeJS.ProcessEnv): void {
  const name = stack.slice(stack.lastIndexOf("/") + 1);
  if (state.hasStack(name) || !existsSync(join(project.folder, `Pulumi.${name}.yaml`))) return;
  const args = ["stack", "init", stack, "--no-select", "--non-interactive", "--cwd", project.folder];
  const { status, stderr, stdout } = spawnSync(cli.path, args, { env, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`The stack ${stack} could not be made in ${env["PULUMI_BACKEND_URL"]}:\n${stdout}${stderr}`);
}

interface Run {
  readonly cli: Cli;
  readonly env: NodeJS.ProcessEnv;
}

/** All that is needed before the CLI itself runs. */
function prepare(args: readonly string[], environment: NodeJS.ProcessEnv): Run {
  const cli = new Cli(environment);
  const env: NodeJS.ProcessEnv = { ...environment, ...cli.variables(environment) };
  const project = findProject(resolve(option(args, "--cwd", "-C") ?? "."));
  if (project === undefined || keepsStateElsewhere(project, environment)) return { cli, env };
  const state = new LocalState(project);
  state.prepare();
  Object.assign(env, state.variables(environment));
  const stack = option(args, "--stack", "-s") ?? environment["PULUMI_STACK"];
  if (stack !== undefined && !isAboutExistence(args)) initialise(stack, project, state, cli, env);
  return { cli, env };
}

/** Commands that lock the state and run again what was cut off. */
const changes = ["up", "update", "destroy", "refresh"];

/** Where the run before was killed, its lock is taken away, if it is certain that it is dead. */
function takeUp(args: readonly string[], cli: Cli, env: NodeJS.ProcessEnv): boolean {
  const project = findProject(resolve(option(args, "--cwd", "-C") ?? "."));
  const stack = option(args, "--stack", "-s") ?? env["PULUMI_STACK"];
  const backend = env["PULUMI_BACKEND_URL"];
  if (project === undefined || stack === undefined || backend === undefined) return false;
  const place = { backend, project: project.name, stack: stack.slice(stack.lastIndexOf("/") + 1) };
  return freeAbandoned(place, cli.path, named(args), env);
}

/** What says which stack another command is about. */
function named(args: readonly string[]): string[] {
  const stack = option(args, "--stack", "-s");
  const folder = option(args, "--cwd", "-C");
  return [...(stack ? ["--stack", stack] : []), ...(folder ? ["--cwd", folder] : []), "--non-interactive"];
}

/**
 * Runs the CLI with this process's input and output; answers with its exit code.
 * @param output 2: what it prints goes to standard error, where standard output is somebody else's
 */
export async function pulumi(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
  output: "inherit" | 2 = "inherit",
): Promise<number> {
  const { cli, env } = prepare(args, environment);
  const takenUp = changes.includes(args[0] ?? "") && takeUp(args, cli, env);
  const { code, signal } = await runThrough(cli.path, args, env, ".", output);
  if (takenUp && code === 0) forgetPending(cli.path, named(args), env);
  if (signal !== null) process.kill(process.pid, signal);
  return code ?? 1;
}

/** Runs the CLI, with a text as its standard input, and answers with what it printed and how it ended. */
export function attempt(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
  input = "",
): { status: number | null; stdout: string; stderr: string } {
  const { cli, env } = prepare(args, environment);
  return spawnSync(cli.path, args, { env, input, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
}

/** Runs the CLI and answers with what it printed. */
export function capture(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): string {
  const { status, stdout, stderr } = attempt(args, environment);
  if (status !== 0) throw new Error(`pulumi ${args.join(" ")} ended with exit code ${status}:\n${stderr}`);
  return stdout;
}

if (import.meta.main) {
  try {
    process.exitCode = await pulumi(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
