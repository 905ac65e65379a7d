/**
 * Judges a stack by every policy that can be told from its file, without engine, Docker or host.
 *
 *   npm run check -- --stack production [--format table|markdown|json|sarif]
 *
 * Exit status 1 when something is to be mended before the stack may go out, 2 when it could not be judged.
 */
import { ownProject } from "../../toolchain/project.ts";
import { judging } from "./judging.ts";
import { checking } from "./program.ts";

await judging(checking(ownProject().folder));
