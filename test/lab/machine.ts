import { type CommandOptions, type Result, run } from "./command.ts";

/** A place with processes, files and perhaps a Docker engine: this machine or a host of the lab. */
export interface Machine {
  readonly name: string;
  /** Runs a program as root; a plain string is run by `sh`. */
  exec(command: string | readonly string[], options?: CommandOptions): Promise<Result>;
}

/** The words to run for a command: a string goes through `sh`. */
export function words(command: string | readonly string[]): [string, ...string[]] {
  if (typeof command === "string") return ["sh", "-c", command];
  const [program, ...args] = command;
  if (program === undefined) throw new Error("exec: the command has no words; name a program");
  return [program, ...args];
}

export const thisMachine: Machine = {
  name: "this machine",
  exec(command, options) {
    const [program, ...args] = words(command);
    return run(program, args, options);
  },
};
