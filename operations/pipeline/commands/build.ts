/** `pipeline build`, `push`: one image for one commit. */
import type { Command } from "commander";

import { OperatorError } from "../../stack.ts";
import { run } from "../../tool.ts";
import { imageOption } from "../image-option.ts";
import { put } from "../output.ts";
import { commitTag, imageTag } from "../reference.ts";
import { addTag, digestOf } from "../registry.ts";

interface Options {
  image: string;
  commit: string;
}

const commitOption = ["--commit <commit>", "what it is built from, 40 digits"] as const;

export function addBuild(program: Command): void {
  program
    .command("build")
    .description("builds the image of a commit, or finds the one that was built for it before")
    .requiredOption("--application <folder>", "folder with the application's Dockerfile")
    .addOption(imageOption())
    .requiredOption(...commitOption)
    .action(({ application, image, commit }: Options & { application: string }) => {
      const reference = `${image}:${commitTag(commit)}`;
      const digest = digestOf(reference);
      put("reference", reference);
      put("built", String(digest === undefined));
      if (digest === undefined) {
        const labels = ["--label", `org.opencontainers.image.revision=${commit}`];
        engine(["build", "--tag", reference, ...labels, application]);
      } else console.log(`${reference} was built before (${digest}); it is built once.`);
    });

  program
    .command("push")
    .description("pushes the image of a commit where it is not there yet, and names it for its branch")
    .addOption(imageOption())
    .requiredOption(...commitOption)
    .requiredOption("--ref <reference>", "branch that it is for, such as refs/heads/main")
    .action(({ image, commit, ref }: Options & { ref: string }) => {
      const reference = `${image}:${commitTag(commit)}`;
      if (digestOf(reference) === undefined) engine(["push", reference]);
      const digest = digestOf(reference);
      if (digest === undefined) throw new OperatorError(`The registry has no ${reference} after it was pushed.`);
      const tag = imageTag(ref);
      if (tag !== undefined) addTag(`${image}@${digest}`, tag);
      put("image", `${image}@${digest}`);
      put("digest", digest);
    });
}

/** @throws OperatorError with the engine's last words */
function engine(words: readonly string[]): void {
  const { status, stdout, stderr } = run("docker", words);
  console.log(`${stdout}${stderr}`.trim());
  if (status !== 0)
    throw new OperatorError(`docker ${words[0] ?? ""} ended with exit code ${String(status)}; its words stand above.`);
}
