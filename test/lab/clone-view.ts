// A folder that stands for a clone: stack files of its own, everything else this clone's.
import { copyFile, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";

const clone = join(import.meta.dirname, "..", "..");
/** What is one clone's alone: its state and history, what is written in it, its stack files; the manifest is copied. */
const own = /^(\..*|reports|evidence|Pulumi\..*)$/;

/**
 * Fills a folder so that `pulumi`, `npm run` and the project's own commands work in it as in a clone. Tests in two clones,
 * or beside a lint, write no file that another reads.
 */
export async function viewOfClone(folder: string): Promise<void> {
  const entries = (await readdir(clone)).filter((name) => !own.test(name));
  await Promise.all(entries.map((name) => symlink(join(clone, name), join(folder, name))));
  await copyFile(join(clone, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
}
