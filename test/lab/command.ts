import { spawn } from "node:child_process";

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Written to the standard input, which is closed after it. */
  readonly input?: string;
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
  /** Default: 120. The command is killed after it and counts as failed. */
  readonly timeoutSeconds?: number;
  /** Default: true. With false an exit code other than 0 is a result, not an error. */
  readonly check?: boolean;
}

export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly result: Result;

  constructor(command: readonly string[], result: Result, reason: string) {
    const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-15).join("\n");
    super(`${command.join(" ")}: ${reason}${said === "" ? "" : `\n${said}`}`);
    this.result = result;
  }
}

/**
 * Runs a program without a shell and collects what it says.
 * @throws CommandError when it can't be started, takes too long or, unless `check` is false, exits with other than 0.
 */
export function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<Result> {
  const { input, environment, directory, timeoutSeconds = 120, check = true } = options;
  const command = [program, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...process.env, ...environment },
      stdio: "pipe",
    });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout.on("data", (chunk: Buffer) => output.stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => output.stderr.push(chunk));

    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeoutSeconds * 1000);

    const result = (code: number): Result => ({
      code,
      stdout: Buffer.concat(output.stdout).toString(),
      stderr: Buffer.concat(output.stderr).toString(),
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new CommandError(command, result(-1), `can't be started: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const ended = result(code ?? -1);
      if (late) {
        reject(new CommandError(command, ended, `not done after ${String(timeoutSeconds)} s`));
      } else if (check && code !== 0) {
        reject(
          new CommandError(
            command,
            ended,
            code === null ? `ended by ${signal ?? "a signal"}` : `exit code ${String(code)}`,
          ),
        );
      } else {
        resolve(ended);
      }
    });

    // A program may end without reading all of its input; its exit code tells what happened.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** Runs the Docker CLI against the engine of this machine and returns its standard output without the last line break. */
export async function docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return (await run("docker", args, options)).stdout.trimEnd();
}

/** The lines of an output, without empty ones. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
