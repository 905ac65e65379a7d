/** `socle drill`: what is rehearsed, so that it works when it is needed. */
import type { Command } from "commander";

import { recordBackups } from "../backup/evidence.ts";
import { Repository } from "../backup/repository.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { inContainer, noOffsite } from "./backup.ts";
import { addDrillRenewal } from "./drill-renewal.ts";
import { addDrillRollback } from "./drill-rollback.ts";

export function addDrill(program: Command): void {
  const drill = program.command("drill").description("rehearse what must work when it is needed");
  withStack(
    drill
      .command("restore")
      .argument("[id]", "default: the newest backup")
      .option("--offsite", "from the off-site repository, as if the server were lost")
      .description("restore a backup where no network leads to, compare it, and throw it away"),
  ).action(async (id: string | undefined, { stack: name, offsite }: StackOptions & { offsite?: true }) => {
    const stack = Stack.read(name);
    const repository = new Repository(stack);
    try {
      if (offsite) await offsiteDrill(stack, repository, id);
      else await inContainer(stack, ["sh", "/tools/drill.sh", (await repository.find({ id })).id]);
    } finally {
      // A drill that failed is evidence too.
      await recordBackups(stack);
    }
  });
  addDrillRollback(drill);
  addDrillRenewal(drill);
}

/** The backup is brought into a repository of its own, restored from there like any other, and goes with it. */
async function offsiteDrill(stack: Stack, repository: Repository, id = "latest"): Promise<void> {
  if (!repository.hasOffsite) throw new OperatorError(noOffsite(stack));
  const fetched = "/offsite/fetched";
  const remove = () => stack.host.ask("exec.sh", [stack.container("offsite"), "rm", "-rf", fetched]);
  await remove();
  try {
    await inContainer(stack, ["sh", "/tools/fetch.sh", "own", fetched, id], "offsite");
    const surroundings = ["env", `RESTIC_REPOSITORY=${fetched}`, "RECORDS=/offsite"];
    await inContainer(stack, [...surroundings, "sh", "/tools/drill.sh"]);
  } finally {
    await remove();
  }
}
