/** `socle unlock`: gives a lock back that was taken by hand; with --force any other too. */
import type { Command } from "commander";

import { deployer } from "../../deployment/deployer.ts";
import { breakLock, described, readLock, releaseLock } from "../../deployment/lock.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { isOwn, placeOf } from "./lock.ts";

interface UnlockOptions extends StackOptions {
  force?: true;
}

export function addUnlock(program: Command): void {
  withStack(program.command("unlock").description("release the lock that you took with `socle lock`"))
    .option("--force", "release it whoever holds it, also a deployment that may still be running")
    .action(async (options: UnlockOptions) => {
      const stack = Stack.read(options.stack);
      const place = placeOf(stack);
      const lock = await readLock(place);
      if (lock && !options.force && !isOwn(lock, deployer().owner))
        throw new OperatorError(
          `lock: it is not yours: ${described(lock)}; nothing was changed.\n    → Ask ${lock.owner}. Add --force only if you know that nothing runs any more.`,
        );
      if (lock && options.force) await breakLock(place);
      else if (lock) await releaseLock(place, lock.id);
      if (options.json) console.log(JSON.stringify({ released: lock ?? null }, undefined, 2));
      else console.log(lock ? `Released. Before: ${described(lock)}.` : `Stack ${stack.name} was not locked.`);
    });
}
