/** The options that every command has. */
import { type Command, Option } from "commander";

export interface StackOptions {
  stack: string;
  json?: true;
}

export function withStack(command: Command): Command {
  return command
    .addOption(new Option("-s, --stack <name>", "the stack, as in Pulumi.NAME.yaml").env("PULUMI_STACK").default("dev"))
    .option("--json", "print JSON, for machines");
}
