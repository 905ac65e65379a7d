/** `socle release`: another image, by its digest, through Pulumi. */
import type { Command } from "commander";

import { refuseUnattended, rollOut } from "../roll-out.ts";
import { OperatorError, Stack } from "../stack.ts";
import { StackDocument } from "../stack-document.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

interface ReleaseOptions extends StackOptions {
  yes?: boolean;
}

export function addRelease(program: Command): void {
  withStack(
    program
      .command("release")
      .argument("<image>", "the application's image: by digest, or by a tag that is looked up")
      .option("-y, --yes", "do not ask")
      .description("release an image: sets application.image, shows the plan, asks, and runs pulumi up")
      .addHelpText(
        "after",
        "\nThe same by hand: pulumi config set --path socle:application.image IMAGE@sha256:…; pulumi up\n\nExamples:\n  socle release registry.example.org/site:1.4.2 --stack production\n  socle release registry.example.org/site@sha256:20b95e… --yes\n",
      ),
    { json: false },
  ).action(async (image: string, { stack: name, yes = false }: ReleaseOptions) => {
    refuseUnattended(yes);
    const stack = Stack.read(name);
    const document = new StackDocument(name);
    const reference = await resolved(stack, image);
    const path = ["application", "image"];
    document.apply([{ path, from: undefined, to: reference }]);
    console.log(`application.image: ${reference}`);
    await rollOut({ stack, document, yes, question: `Release it to ${name}?` });
    console.log(`Released. To take it back: socle rollback --stack ${name}`);
  });
}

/** By digest, so that what was looked at is what runs. A stack on this machine may run what was only built here. */
async function resolved(stack: Stack, image: string): Promise<string> {
  const { host, tier } = stack.outputs.operations;
  const found = (
    await stack.host.ask("releases/image.sh", [image, host.type === "local" && tier === "dev" ? "local" : ""], {
      aloud: true,
    })
  ).trim();
  if (found === "") throw new OperatorError(`The host could not find out which image ${image} is.`);
  return found;
}
