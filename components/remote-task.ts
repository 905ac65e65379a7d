/** The only wrapper round command.*: a script of host/ run on the stack's host, here or over SSH. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { type Arguments, argumentWords } from "../connection/arguments.ts";
import { target } from "../connection/target.ts";
import type { Settings } from "../config/schema.ts";
import { shellWords } from "../config/shell-word.ts";

export interface TaskArgs {
  /** Script in host/. */
  script: string;
  /** @see connection/arguments.ts */
  arguments: pulumi.Input<string>[] | Readonly<Record<string, pulumi.Input<string | number> | undefined>>;
  /** Standard input. Where it is a secret, only the task's errors are shown, which scripts keep free of it. */
  input?: pulumi.Input<string>;
  /** Whether `input` is a secret. */
  secret?: boolean;
  /** Runs when the resource is made and never again under this name. */
  once?: boolean;
  /** Tells the script by a further argument, `again=yes`, that it ran before. */
  tellAgain?: boolean;
  /** Script and arguments that run when the resource is removed. */
  remove?: [string, ...string[]];
  /** Seconds the task may take. Default 600. */
  timeout?: number;
}

/**
 * Runs when anything it is given changes: arguments, input, the script itself.
 *
 * OpenSSH runs it rather than the provider's own client: keys, agents and jump hosts work as on the command line, no
 * private key lies in the state, and a dead host cannot hang it (see docs/adr/0002).
 */
export function task(
  name: string,
  host: Settings["host"],
  args: TaskArgs,
  options: pulumi.CustomResourceOptions,
): command.local.Command {
  const words = pulumi
    .output(args.arguments)
    .apply((given: Arguments) => shellWords(["sh", "host/run.sh", args.script, ...argumentWords(given)]));
  const secret = args.secret ? { additionalSecretOutputs: ["stdout", "stderr"] } : {};
  return new command.local.Command(
    name,
    {
      create: words,
      stdin: args.input,
      environment: { ...target(host), SOCLE_SCRIPT: digest(args.script) },
      addPreviousOutputInEnv: false,
      logging: args.secret ? "stderr" : "stdoutAndStderr",
      ...(args.once ? { update: "true" } : {}),
      ...(args.remove ? { delete: shellWords(["sh", "host/run.sh", ...args.remove]) } : {}),
      ...(args.tellAgain ? { update: pulumi.interpolate`${words} again=yes` } : {}),
    },
    {
      ...options,
      ...secret,
      customTimeouts: { create: `${String(args.timeout ?? 600)}s`, update: `${String(args.timeout ?? 600)}s` },
    },
  );
}

/** So that a new version of a script runs. */
function digest(script: string): string {
  return createHash("sha256").update(whole(script)).digest("hex").slice(0, 12);
}

/** With the scripts that it takes in, as host/run.sh does. */
function whole(script: string): string {
  return readFileSync(new URL(`../host/${script}`, import.meta.url), "utf8").replace(
    /^[ \t]*\. \.\/(\S+)$/gm,
    (_, inner: string) => whole(inner),
  );
}
