/**
 * Judges a running stack: its host from inside and from outside, the site as it answers, its state by the policies.
 *
 *   npm run audit -- --stack production [--format table|markdown|json|sarif]
 *
 * Exit status 1 when something mandatory is to be mended or could not be decided, 2 when nothing could be judged.
 */
import { rules } from "../../policies/catalogue.ts";
import type { formats, Kind } from "../check/format.ts";
import { judging } from "../check/judging.ts";
import { OperatorError, Stack } from "../stack.ts";
import { analyse, analysis, stateRule } from "./analysis.ts";
import { probes } from "./catalogue.ts";
import { gather } from "./gathering.ts";
import { decided, judgement, verdictOf } from "./judgement.ts";
import { terminalProgress } from "./progress.ts";

const kind: Kind = {
  tool: "socle audit",
  rules: [...probes, stateRule, ...rules],
  words: { passed: "passes its audit", blocked: "does not pass its audit" },
};

async function audit(name: string, format: (typeof formats)[string]): Promise<number> {
  const stack = Stack.read(name);
  const subject = stack.outputs.audit;
  if (!subject)
    throw new OperatorError(
      `Stack ${stack.name} was brought up by an older version, which did not say what an audit must know.\n    → Run: npm run -s pulumi -- up -s ${stack.name}`,
    );
  const progress = terminalProgress();
  const today = new Date().toISOString().slice(0, 10);
  try {
    const gathered = await gather(stack, subject, progress.tell);
    const probed = probes.map((probe) => verdictOf(probe, gathered, today));
    progress.tell("judging the state by the policies");
    const found = [...probed, ...analysis(subject, () => analyse(stack.name), today)];
    progress.end();
    const result = judgement(stack.name, found);
    console.log(format(result, kind));
    if (!decided(probed)) return 2;
    return result.findings.some(({ level }) => level === "mandatory") ? 1 : 0;
  } finally {
    progress.end();
  }
}

await judging({
  name: "audit",
  help: `Judges a running stack: its server from inside, its site from outside, its state by the policies.
Exit status 0 when all is well, 1 when something is to be mended, 2 when it could not be judged.
Every probe and its mend: docs/audit.md`,
  judge: audit,
});
