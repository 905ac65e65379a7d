/** `socle drill renewal`: an order of a certificate, as a renewal makes it, whose outcome is thrown away. */
import type { Command } from "commander";

import { record } from "../evidence/record.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { version } from "../version.ts";

export function addDrillRenewal(drill: Command): void {
  withStack(
    drill
      .command("renewal")
      .description("order a certificate as its renewal does, with challenges for every domain, and throw it away"),
  ).action(drillRenewal);
}

async function drillRenewal({ stack: name, json }: StackOptions): Promise<void> {
  const stack = Stack.read(name);
  const { certbot, backend } = stack.outputs.services;
  if (!certbot || !backend)
    throw new OperatorError(
      `Stack ${name} has no certificate that is renewed: site.tls.mode is not acme.\n    → There is nothing to try; EVD-11 does not ask for it either.`,
    );
  const trial = {
    policy: "EVD-11",
    subject: backend.digest,
    stack: stack.outputs.operations.name,
    tool: { name: "socle drill renewal", version },
  } as const;
  const began = Date.now();
  const details = (): Record<string, string | number> => ({
    part: "renewal",
    seconds: Math.round((Date.now() - began) / 1000),
  });
  let authority: string;
  try {
    authority = (await stack.host.ask("certbot/try.sh", [certbot.container], { aloud: true })).trim();
  } catch (error) {
    // One that failed is evidence too.
    await record({ ...trial, result: "failed", details: details() });
    throw error;
  }
  const written = await record({ ...trial, result: "passed", details: { ...details(), authority } });
  if (json === true) console.log(JSON.stringify(written));
  else console.log(`${authority} issued a certificate for every domain, which was thrown away; recorded (EVD-11).`);
}
