/** What a stack's file says, as the program understands it. */
import { environmentModel, type Model } from "../config/environment.ts";
import { ownProject } from "../toolchain/project.ts";
import { readStackFile } from "./check/stack-file.ts";

/** @throws what readStackFile throws */
export function modelOf(stack: string): { project: string; model: Model } {
  const { project, configuration } = readStackFile(ownProject().folder, stack);
  return { project, model: environmentModel(project, stack, configuration) };
}
