/** What a stack's file says, as the program understands it. */
import { environmentModel, type Model } from "../config/environment.ts";
import { ownProject } from "../toolchain/project.ts";
import { readStackFile } from "./check/stack-file.ts";
import { OperatorError } from "./stack.ts";

/** @throws OperatorError where the file is not there, or says what is not understood */
export function modelOf(stack: string): { project: string; model: Model } {
  try {
    const { project, configuration } = readStackFile(ownProject().folder, stack);
    return { project, model: environmentModel(project, stack, configuration) };
  } catch (error) {
    throw new OperatorError(error instanceof Error ? error.message : String(error));
  }
}
