/** `socle logs`: what the services wrote, in the order of time. */
import { type Command, InvalidArgumentError } from "commander";

import type { Line } from "../log-line.ts";
import { readLogs, type Selection, watchLogs } from "../logs.ts";
import { Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { coloured } from "../table.ts";

interface LogsOptions extends StackOptions {
  follow?: true;
  since?: string;
  tail: string;
  timestamps?: true;
}

export function addLogs(program: Command): void {
  withStack(
    program
      .command("logs")
      .argument("[services...]", "as `socle status` names them; default: all")
      .option("-f, --follow", "go on until Ctrl-C, across releases too")
      .option("--since <time>", "a time, or an age such as 90s, 10m or 2h", time)
      .option("-n, --tail <lines>", "lines of each container to begin with, or all", lines, "200")
      .option("-t, --timestamps", "print when each line was written")
      .description("what the services wrote, in the order of time, and which release began, served or failed meanwhile")
      .addHelpText(
        "after",
        "\nExamples:\n  socle logs --follow\n  socle logs backend worker --since 10m\n  socle logs nginx --tail all --json\n",
      ),
  ).action(async (services: string[], options: LogsOptions) => {
    const stack = Stack.read(options.stack);
    for (const service of services) stack.container(service);
    const chosen = services.length > 0 ? [...new Set(services)] : Object.keys(stack.outputs.services);
    const selection: Selection = { services: chosen, since: options.since ?? "", tail: options.tail };
    const print = printer(chosen, options);
    // `socle logs | head` wants no more.
    process.stdout.on("error", () => process.exit(0));
    // Who has seen enough of the past need not wait for the present.
    const enough = (): never => process.exit(0);
    if (options.follow) process.on("SIGINT", enough);
    const history = await readLogs(stack, selection);
    for (const line of history) print(line);
    if (!options.follow) return;
    const watching = watchLogs(stack, selection, history, print);
    // Only now: with nobody listening, Ctrl-C would kill this process and leave its script behind.
    process.off("SIGINT", enough);
    await watching;
  });
}

const colours = ["cyan", "yellow", "green", "magenta", "blue"] as const;

function printer(services: readonly string[], { json, timestamps }: LogsOptions): (line: Line) => void {
  const width = Math.max(...services.map(({ length }) => length));
  return (line) => {
    const { service, time, text } = line;
    if (json) {
      console.log(JSON.stringify(line));
      return;
    }
    if (line.release) {
      const style = line.release.event === "failed" ? "red" : "bold";
      console.log(coloured(style, `— ${timestamps ? `${time} ` : ""}${text} —`));
      return;
    }
    const colour = colours[services.indexOf(service) % colours.length] ?? "cyan";
    const prefix = services.length > 1 ? `${coloured(colour, `${service.padEnd(width)} |`)} ` : "";
    console.log(`${prefix}${timestamps ? `${time} ` : ""}${text}`);
  };
}

function time(text: string): string {
  if (/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(text)) return text;
  const read = new Date(text);
  if (Number.isNaN(read.getTime()))
    throw new InvalidArgumentError("Name a time such as 2026-11-24T15:30, or an age such as 10m.");
  return read.toISOString();
}

function lines(text: string): string {
  if (!/^(\d+|all)$/.test(text)) throw new InvalidArgumentError("Name a number, or all.");
  return text;
}
