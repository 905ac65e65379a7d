/**
 * Judges a stack by every policy that can be told from its file, without engine, Docker or host.
 *
 *   npm run check -- --stack production [--format table|markdown|json|sarif]
 *
 * Exit status 1 when something is to be mended before the stack may go out, 2 when it could not be judged.
 */
import { ownProject } from "../../toolchain/project.ts";
import { judge } from "./judgement.ts";
import { judging } from "./judging.ts";

await judging({
  name: "check",
  help: `Judges a stack by every policy, from its file alone: no engine, no Docker, no access to the server.
Exit status 0 when it may go out, 1 when something is to be mended before, 2 when it could not be judged.
Every rule and its mend: docs/policies.md`,
  judge: async (stack, format) => {
    const judgement = await judge(ownProject().folder, stack);
    console.log(format(judgement));
    return judgement.findings.some(({ level }) => level === "mandatory") ? 1 : 0;
  },
});
