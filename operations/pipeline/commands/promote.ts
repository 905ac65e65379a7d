/** `pipeline promote`: the image of a version's commit, where staging has run it; no image is built for a version. */
import type { Command } from "commander";

import { OperatorError } from "../../stack.ts";
import { imageOption } from "../image-option.ts";
import { put } from "../output.ts";
import { PipelineStack } from "../pipeline-stack.ts";
import { commitTag, version } from "../reference.ts";
import { digestOf } from "../registry.ts";

interface Options {
  tag: string;
  commit: string;
  image: string;
  from: string;
}

export function addPromote(program: Command): void {
  program
    .command("promote")
    .description("finds the image of a version and refuses one that the stack before production never ran")
    .requiredOption("--tag <tag>", "the version's tag, such as v1.4.0")
    .requiredOption("--commit <commit>", "the commit that it names, 40 digits")
    .addOption(imageOption())
    .option("--from <stack>", "the stack that must have run it", "staging")
    .action(({ tag, commit, image, from }: Options) => {
      const released = version(tag);
      const digest = digestOf(`${image}:${commitTag(commit)}`);
      if (digest === undefined)
        throw new OperatorError(
          `Tag ${tag}: no image was built for commit ${commit.slice(0, 12)}, and none is built for a tag; nothing was changed.\n    → Tag a commit of main whose build has passed: git log origin/main`,
        );
      demandRun(from, `${image}@${digest}`);
      put("version", released);
      put("image", `${image}@${digest}`);
    });
}

/** @throws OperatorError where no update of the stack with this image has succeeded */
export function demandRun(from: string, image: string): void {
  const stack = new PipelineStack(from);
  stack.demandState();
  const ran = stack.ranDigests();
  const digest = image.split("@")[1] ?? "";
  if (ran.includes(digest)) return;
  const newest = ran[0] ? `; its newest is ${ran[0]}` : "";
  throw new OperatorError(
    `${digest} has never run on ${from}${newest}; nothing was changed.\n    → Let the commit go out to ${from} first (its run on main), then run this again.`,
  );
}
