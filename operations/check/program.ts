/** What `npm run check` judges, and the words that it has for it. */
import { judge } from "./judgement.ts";
import type { Program } from "./judging.ts";

/** @param folder of the project */
export const checking = (folder: string): Program => ({
  name: "check",
  help: `Judges a stack by every policy, from its file alone: no engine, no Docker, no access to the server.
Exit status 0 when it may go out, 1 when something is to be mended before, 2 when it could not be judged.
Every rule and its mend: docs/policies.md`,
  judge: async (stack, format) => {
    const judgement = await judge(folder, stack);
    console.log(format(judgement));
    return judgement.findings.some(({ level }) => level === "mandatory") ? 1 : 0;
  },
});
