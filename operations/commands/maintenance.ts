/** `socle maintenance`: visitors get a page instead of the site, and are asked to come back. */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";

import { type Command, InvalidArgumentError } from "commander";

import { withLock } from "../../deployment/lock.ts";
import {
  beginMaintenance,
  described,
  endMaintenance,
  type Maintenance,
  maintenanceOf,
  type MaintenanceRequest,
} from "../../deployment/maintenance.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { placeOf, seconds } from "./lock.ts";

interface OnOptions extends StackOptions {
  reason: string;
  for: number;
  retryAfter: number;
  allow: string[];
  message?: string;
  page?: string;
}

export function addMaintenance(program: Command): void {
  const maintenance = program
    .command("maintenance")
    .description("answer visitors with a page and 503 while the site is worked on");
  withStack(maintenance.command("on").description("begin, or change it while it is on"))
    .option("--reason <text>", "why, for colleagues; visitors do not see it", "maintenance")
    .option("--for <time>", "end by itself after 30m, 2h, 1d (default: when it is switched off)", seconds, 0)
    .option("--retry-after <seconds>", "when clients are asked to come back", whole, 600)
    .option(
      "--allow <address>",
      "address or network (CIDR) that sees the site as ever; may be given again",
      network,
      [],
    )
    .option("--message <text>", "what the page says")
    .option("--page <file>", "a page of your own instead: HTML that needs no other file")
    .action((options: OnOptions) => begin(options));
  withStack(maintenance.command("off").description("end")).action(async (options: StackOptions) => {
    const stack = Stack.read(options.stack);
    await withLock({ ...placeOf(stack), stack: stack.name, reason: "socle maintenance off" }, () =>
      endMaintenance(placeOf(stack)),
    );
    print(options, undefined);
  });
  withStack(maintenance.command("status").description("show whether it is on")).action(
    async (options: StackOptions) => {
      print(options, await maintenanceOf(placeOf(Stack.read(options.stack))));
    },
  );
}

async function begin({ stack: name, json, for: lasting, allow: allowed, page, ...rest }: OnOptions): Promise<void> {
  const { reason, retryAfter, message } = rest;
  const request: MaintenanceRequest = {
    ...{ reason, retryAfter, lasting, allowed },
    ...(message === undefined ? {} : { message }),
    ...(page === undefined ? {} : { page: own(page) }),
  };
  const stack = Stack.read(name);
  const begun = await withLock({ ...placeOf(stack), stack: name, reason: "socle maintenance on" }, () =>
    beginMaintenance(placeOf(stack), request),
  );
  print({ stack: name, ...(json ? { json } : {}) }, begun);
}

function print({ stack, json }: StackOptions, found: Maintenance | undefined): void {
  if (json) console.log(JSON.stringify(found ?? null, undefined, 2));
  else console.log(found ? `${stack} is under maintenance ${described(found)}.` : `${stack} is open to visitors.`);
}

function own(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new OperatorError(
      `--page: ${error instanceof Error ? error.message : String(error)}; nothing was changed.\n    → Name a file of HTML.`,
    );
  }
}

function whole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("Write a number of seconds, such as 600.");
  return Number(text);
}

function network(text: string, before: string[]): string[] {
  const [address = "", bits] = text.split("/");
  const version = isIP(address);
  if (version === 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))))
    throw new InvalidArgumentError("Write an address or a network, such as 203.0.113.7 or 203.0.113.0/24.");
  return [...before, text];
}
