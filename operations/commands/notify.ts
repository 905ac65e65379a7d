/** `socle notify`: sends a message to the stack's webhook, to see that it gets there. */
import type { Command } from "commander";

import { deployer } from "../../deployment/deployer.ts";
import { send } from "../../deployment/notification.ts";
import { configurationOf } from "../configuration.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

export function addNotify(program: Command): void {
  const description = "send a test message to the webhook that deployments are told to";
  withStack(program.command("notify").description(description)).action(async ({ stack: name, json }: StackOptions) => {
    const { settings, credentials } = configurationOf(name);
    const { webhook } = credentials;
    if (webhook === undefined)
      throw new OperatorError(
        `credentials:webhook: is not set for stack ${name}: no message is sent.\n    → Run \`npm run -s pulumi -- config set --secret credentials:webhook --stack ${name}\`.`,
      );
    const { outputs } = Stack.read(name);
    const notice = { stack: name, url: outputs.url, image: settings.application.image, ...deployer() };
    const problem = await send({ webhook, settings: settings.notifications }, { ...notice, event: "test" });
    if (problem !== undefined)
      throw new OperatorError(
        `credentials:webhook: ${problem}; the message was not taken.\n    → See that the webhook exists, and set its address anew: \`npm run -s pulumi -- config set --secret credentials:webhook --stack ${name}\`.`,
      );
    const { host } = new URL(webhook);
    console.log(json ? JSON.stringify({ sent: true, host }) : `${host} took the message.`);
  });
}
