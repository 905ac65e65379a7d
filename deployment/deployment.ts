/**
 * A `pulumi up` as one deployment: it holds the stack's lock from before anything is registered until the engine is done,
 * and is told of. The program ends before the engine does, and may be killed: a watcher goes on (watcher.ts).
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Writable } from "node:stream";

import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import type { Configuration } from "../config/load.ts";
import { deployer } from "./deployer.ts";
import { attemptOf } from "./failure-record.ts";
import { previewEngine } from "./engine-preview.ts";
import { ago, described, type LockPlace, readLock, takeLock, type TakenLock } from "./lock.ts";
import { takeOver } from "./takeover.ts";
import { described as underMaintenance, maintenanceOf } from "./maintenance.ts";
import type { Assignment, Report } from "./watcher.ts";

/** Set by a command that puts a former release back, for the `pulumi up` that it runs. */
export const rollingBack = "SOCLE_ROLLBACK";

type Subject = Pick<Model, "name" | "host" | "images" | "site" | "notifications">;

/**
 * Begins a deployment. At preview it only has a look who holds the lock, or, where the stack was never brought up, what
 * that would change of the server's engine: nothing waits for that but the program's end.
 * @returns what is to be awaited at the program's end, and what is to be called once the release serves and is recorded
 * @throws lock.held where somebody else changes the stack
 */
export async function beginDeployment(
  model: Subject,
  configuration: Configuration,
  wasUp: Promise<boolean>,
): Promise<{ remark: Promise<void>; released: () => void }> {
  const place = { host: model.host, name: model.name };
  if (pulumi.runtime.isDryRun()) return { remark: warnOfPresent(place, wasUp), released: () => undefined };
  const lock = await takeLock({ ...place, stack: pulumi.getStack(), kind: "deployment", reason: "pulumi up" });
  if (lock.former) await takeOverFrom(lock.former, lock, place);
  const watcher = startWatcher(assignment(model, configuration, place, lock));
  const tell = (report: Report): void => {
    watcher?.write(`${JSON.stringify(report)}\n`);
  };
  reportErrors(tell, secretsOf(configuration));
  const released = (): void => {
    tell({ released: true });
  };
  return { remark: Promise.resolve(), released };
}

async function warnOfPresent(place: LockPlace, wasUp: Promise<boolean>): Promise<void> {
  if (place.host.type === "ssh" && !(await wasUp)) return previewEngine(place);
  // A host that is out of reach is no obstacle to a plan.
  const [lock, maintenance] = await Promise.all([
    readLock(place, 3).catch(() => undefined),
    maintenanceOf(place, 3).catch(() => undefined),
  ]);
  if (lock) await pulumi.log.warn(`lock: ${described(lock)}. A \`pulumi up\` would be refused.`);
  if (maintenance) await pulumi.log.warn(`The site is under maintenance ${underMaintenance(maintenance)}.`);
}

async function takeOverFrom(
  former: NonNullable<TakenLock["former"]>,
  { now }: TakenLock,
  place: LockPlace,
): Promise<void> {
  await pulumi.log.warn(
    `The former deployment, by ${former.owner}, ${ago(former.since, now)} ago, did not end: it was killed or cut off. This one takes over what it left.`,
  );
  try {
    const removed = await takeOver(place, stackName());
    if (removed.length > 0) await pulumi.log.info(`Removed what it was making: ${removed.join(", ")}.`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await pulumi.log.warn(
      `What it was making could not be looked for: ${reason}\n    → See \`socle status\`: a container "of another release" that the next \`up\` leaves is removed by docker rm --force.`,
    );
  }
}

const stackName = (): string => `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;

function assignment(
  { images, site, notifications }: Subject,
  configuration: Configuration,
  place: LockPlace,
  lock: TakenLock,
): Assignment {
  const { webhook } = configuration.credentials;
  return {
    place,
    // What a command of the operator holds is that command's to give back.
    lock: lock.joined ? undefined : lock.id,
    engine: process.env["PULUMI_NODEJS_ENGINE"] ?? "",
    stack: stackName(),
    channel: webhook === undefined ? undefined : { webhook, settings: notifications },
    notice: { stack: pulumi.getStack(), url: site.url, image: images.application, ...deployer() },
    rollback: process.env[rollingBack] !== undefined,
    attempt: attemptOf(configuration),
  };
}

/** In a session of its own, so that what ends the program does not end it; it holds no file of the program's open. */
function startWatcher(task: Assignment): Writable | undefined {
  const child = spawn(process.execPath, [join(import.meta.dirname, "watcher.ts")], {
    detached: true,
    // It outlives the program, and needs none of the secrets that the engine hands to that.
    env: { ...process.env, PULUMI_CONFIG: undefined, PULUMI_CONFIG_SECRET_KEYS: undefined },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.on("error", (error) => {
    void pulumi.log.warn(`The lock of the stack cannot be kept: ${error.message}. It frees itself after ten minutes.`);
  });
  // Where the watcher is gone, the deployment goes on.
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify(task)}\n`);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child.stdin;
}

/** What the engine says of a resource that failed reaches a program by hooks alone; its own errors by Node's events. */
function reportErrors(tell: (report: Report) => void, secrets: readonly string[]): void {
  const failed = (reason: string): void => {
    tell({ failed: firstLine(secrets.reduce((text, secret) => text.replaceAll(secret, "(a secret)"), reason)) });
  };
  const hook = new pulumi.ErrorHook("deployment-failure", ({ name, errors }) => {
    failed(`${name}: ${errors[0] ?? "failed"}`);
    return false;
  });
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    /^(pulumi|socle):/.test(type)
      ? undefined
      : { props, opts: { ...opts, hooks: { ...opts.hooks, onError: [...(opts.hooks?.onError ?? []), hook] } } },
  );
  const thrown = (error: unknown): void => {
    failed(error instanceof Error ? error.message : String(error));
  };
  process.on("uncaughtExceptionMonitor", thrown);
  process.on("unhandledRejection", thrown);
  process.on("exit", (code) => {
    tell({ ended: code });
  });
  // The engine ends the program by a signal, after a failure or when it is itself told to stop.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      process.exit(130);
    });
}

const secretsOf = ({ secrets, credentials }: Configuration): string[] =>
  [...Object.values(secrets), ...Object.values(credentials)].filter((value) => value.length >= 4);

/** The line that says why: `exit status 1` and `1 error occurred` say nothing, what was printed does. */
function firstLine(reason: string): string {
  const lines = reason.split("\n").map((line) => line.trim().replace(/^\* |(?<=: |^)\w+ing urn:\S+: /g, ""));
  const [, name = "", first = ""] = /^([\w.-]+: )?(.*)$/.exec(lines[0] ?? "") ?? [];
  const telling = [first, ...lines.slice(1)].find((line) => line !== "" && !empty.test(line));
  const line = name + (telling ?? first);
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

const empty = /^((the \w+ command failed: )?exit status \d+(: running .*)?|\d+ errors? occurred:)$/;
