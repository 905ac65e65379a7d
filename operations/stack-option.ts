/** The options that every command has. */
import { type Command, Option } from "commander";

export interface StackOptions {
  stack: string;
  json?: true;
}

/** @param has `json`: whether what the command prints is its own to form; not where another program speaks */
export function withStack(command: Command, has = { json: true }): Command {
  command.addOption(
    new Option("-s, --stack <name>", "the stack, as in Pulumi.NAME.yaml").env("PULUMI_STACK").default("dev"),
  );
  return has.json ? command.option("--json", "print JSON, for machines") : command;
}
