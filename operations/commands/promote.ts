/** `socle promote`: the release that a share of the visitors sees becomes everybody's, or nobody's. */
import { type Command } from "commander";

import { deployer } from "../../deployment/deployer.ts";
import { ago, clock } from "../../deployment/lock.ts";
import { fieldsOf } from "../../connection/fields.ts";
import { HostError } from "../../connection/host.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

interface PromoteOptions extends StackOptions {
  back?: true;
  show?: true;
}

interface Canary {
  release: string;
  /** Per cent of the visitors. */
  share: number;
  since: Date;
  /** When it ends by itself; undefined: not by itself. */
  until: Date | undefined;
  /** The host's clock. */
  now: Date;
}

export function addPromote(program: Command): void {
  withStack(
    program
      .command("promote")
      .description("show the release that a share of the visitors sees (`release.canary`) to all of them")
      .addHelpText("after", "\nExamples:\n  socle promote --show\n  socle promote --back --stack production\n"),
  )
    .option("--back", "show it to nobody any more: its deployment fails, and the former release serves all")
    .option("--show", "only say whether there is one")
    .action(async ({ stack: name, json, back, show }: PromoteOptions) => {
      const stack = Stack.read(name);
      const decision = show ? "show" : back ? "back" : "promote";
      const words = [stack.outputs.operations.name, decision, deployer().owner];
      const found = read(await ask(stack, words));
      if (!found && !show)
        throw new OperatorError(
          `No release of ${name} is shown to a share of the visitors; nothing was changed.\n    → See what serves: socle releases --stack ${name}`,
        );
      if (json) console.log(JSON.stringify(found ? { ...found, decision } : null, undefined, 2));
      else console.log(found ? said(found, decision) : `No release of ${name} is shown to a share of the visitors.`);
    });
}

async function ask(stack: Stack, words: string[]): Promise<string> {
  try {
    return await stack.host.ask("nginx/promote.sh", words);
  } catch (error) {
    if (!(error instanceof HostError) || error.status !== 3) throw error;
    throw new OperatorError(
      `The deployment that showed the release to a share of the visitors was cut off, and still does.\n    → Run pulumi up again, or socle rollback: both end it. (${error.message})`,
    );
  }
}

function read(printed: string): Canary | undefined {
  const fields = fieldsOf(printed);
  const { release } = fields;
  if (release === undefined) return undefined;
  const number = (key: string): number => Number(fields[key]);
  const lasting = number("lasting");
  const time = (seconds: number): Date => new Date(seconds * 1000);
  return {
    release,
    share: number("share"),
    since: time(number("since")),
    until: lasting === 0 ? undefined : time(number("since") + lasting),
    now: time(number("now")),
  };
}

function said({ release, share, since, until, now }: Canary, decision: "promote" | "back" | "show"): string {
  if (decision === "promote") return `Promoted: release ${release} is shown to all visitors; its deployment goes on.`;
  if (decision === "back")
    return `Taken back: the former release serves all visitors; the deployment of ${release} fails.`;
  const end = until ? `until ${clock(until)}, or until it is promoted` : "until it is promoted";
  return `Release ${release} has been shown to ${share} % of the visitors since ${clock(since)} (${ago(since, now)} ago), ${end}.`;
}
