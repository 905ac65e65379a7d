/** `socle lock`: keeps a stack from being changed, by hand; or shows who does. */
import { type Command, InvalidArgumentError } from "commander";

import { described, type Lock, type LockPlace, readLock, takeLock } from "../../deployment/lock.ts";
import { Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

interface LockOptions extends StackOptions {
  reason: string;
  /** Seconds; 0: until it is released. */
  for: number;
  show?: true;
}

export function addLock(program: Command): void {
  withStack(
    program.command("lock").description("refuse every change of the stack until it is released (a code freeze)"),
  )
    .option("--reason <text>", "why, for whoever is refused", "held by hand")
    .option("--for <time>", "how long, such as 90m, 2h or 3d (default: until `socle unlock`)", seconds, 0)
    .option("--show", "only show who holds the lock")
    .action(async (options: LockOptions) => {
      const stack = Stack.read(options.stack);
      const place = placeOf(stack);
      if (options.show) {
        print(options, await readLock(place));
        return;
      }
      const lock = await takeLock({
        ...place,
        stack: stack.name,
        kind: "freeze",
        reason: options.reason,
        lease: options.for,
      });
      if (options.json) print(options, lock);
      else
        console.log(`Locked: ${described(lock)}.\nRelease it with: npm run -s socle -- unlock --stack ${stack.name}`);
    });
}

export const placeOf = ({ outputs: { operations } }: Stack): LockPlace => ({
  host: operations.host,
  name: operations.name,
});

/** Whether a lock is held by hand, by the user of this process. */
export const isOwn = ({ kind, owner }: Lock, own: string): boolean => kind === "freeze" && owner === own;

function print({ json, stack }: StackOptions, lock: Lock | undefined): void {
  if (json) console.log(JSON.stringify(lock ?? null, undefined, 2));
  else console.log(lock ? `Locked: ${described(lock)}.` : `Stack ${stack} is not locked.`);
}

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A time as a person writes it, in seconds. */
export function seconds(text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined || Number(count) === 0)
    throw new InvalidArgumentError("Write a number and s, m, h or d, such as 90m, 2h or 3d.");
  return Number(count) * (units[unit] ?? 1);
}
