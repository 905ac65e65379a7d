import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { docker, run } from "./command.ts";

export interface ImageRecipe {
  /** The image's name without the tag. */
  readonly name: string;
  /** The folder of the Dockerfile, sent to the engine as a whole. */
  readonly folder: string;
  /** Given to the Dockerfile as the argument BASE. */
  readonly base: string;
  /** A stage of the Dockerfile. Default: the last. */
  readonly target?: string;
}

/** Builds an image once for each content of its folder and base; returns its name with the content's hash as the tag. */
export async function buildImage({ name, folder, base, target }: ImageRecipe): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([await baseId(base), target ?? ""]));
  for (const file of (await readdir(folder)).sort())
    hash.update(`${file}\0`).update(await readFile(join(folder, file)));
  const image = `${name}:${hash.digest("hex").slice(0, 12)}`;

  if ((await run("docker", ["image", "inspect", image], { check: false })).code === 0) return image;
  const stage = target === undefined ? [] : ["--target", target];
  await docker(["build", "--quiet", "--build-arg", `BASE=${base}`, ...stage, "--tag", image, folder], {
    timeoutSeconds: 600,
  });
  return image;
}

async function baseId(base: string): Promise<string> {
  const inspect = ["image", "inspect", "--format", "{{.Id}}", base];
  const present = await run("docker", inspect, { check: false });
  if (present.code === 0) return present.stdout.trim();
  await docker(["pull", "--quiet", base], { timeoutSeconds: 300 });
  return docker(inspect);
}
