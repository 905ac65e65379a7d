// How many updates a stack had, for the table at the end of a run: whatever started them.
import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Of what Pulumi's file backend writes down of an update. */
interface Update {
  kind: string;
  resourceChanges?: Record<string, number>;
}

/** A variable that names the file in which updates are counted: those of whole sites, and others. */
export type Tally = "SOCLE_TEST_UPS" | "SOCLE_TEST_SMALL_UPS";
export const siteUpdates = "SOCLE_TEST_UPS";
export const smallUpdates = "SOCLE_TEST_SMALL_UPS";

/** Updates that reached the site's resources: one that was refused before has registered the stack alone. */
export async function updatesOf(folder: string, project: string, stack: string): Promise<number> {
  const history = join(folder, ".pulumi", "history", project, stack);
  const files = (await readdir(history).catch(() => [])).filter((name) => name.endsWith(".history.json"));
  const updates = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(history, name), "utf8")) as Update),
  );
  return updates.filter(({ kind, resourceChanges = {} }) => kind === "update" && total(resourceChanges) > 1).length;
}

const total = (changes: Record<string, number>): number =>
  Object.values(changes).reduce((sum, count) => sum + count, 0);

/** Adds a line to the file that the variable names; nothing where it is not set. */
export async function tally(variable: Tally, count: number, stack: string): Promise<void> {
  const file = process.env[variable];
  if (file !== undefined && file !== "" && count > 0) await appendFile(file, `${count}\t${stack}\n`);
}
