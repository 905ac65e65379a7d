// A command of the project, carried out in this process: what it prints and how it ends, without another Node's start.
import type { Result } from "./command.ts";

interface Surroundings {
  /** Added to the environment; undefined takes one out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Working folder. */
  readonly directory?: string;
}

/** Not for commands that run side by side: environment, folder and streams are the process's own. */
export async function inProcess(
  command: () => Promise<void>,
  { environment = {}, directory = process.cwd() }: Surroundings = {},
): Promise<Result> {
  const before = { folder: process.cwd(), environment: { ...process.env }, code: process.exitCode };
  const said = { stdout: "", stderr: "" };
  const restore = (["stdout", "stderr"] as const).map((name) => {
    const stream = process[name];
    const write = stream.write.bind(stream);
    stream.write = (text: string | Uint8Array) => {
      said[name] += Buffer.from(text).toString();
      return true;
    };
    return () => (stream.write = write);
  });
  try {
    process.chdir(directory);
    change(environment);
    process.exitCode = undefined;
    await command();
    return { code: exitCode(), ...said };
  } finally {
    for (const undo of restore) undo();
    for (const name of Object.keys(process.env)) if (!(name in before.environment)) change({ [name]: undefined });
    change(before.environment);
    process.chdir(before.folder);
    process.exitCode = before.code;
  }
}

const exitCode = (): number => Number(process.exitCode ?? 0);

function change(environment: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(environment))
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
}
