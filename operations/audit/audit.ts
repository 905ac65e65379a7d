/**
 * Judges a running stack: its host from inside and from outside, the site as it answers, its state by the policies.
 *
 *   npm run audit -- --stack production [--format table|markdown|json|sarif]
 *
 * Exit status 1 when something mandatory is to be mended or could not be decided, 2 when nothing could be judged.
 */
import { parseArgs } from "node:util";

import { rules } from "../../policies/catalogue.ts";
import { formats, type Kind } from "../check/format.ts";
import { OperatorError, Stack } from "../stack.ts";
import { analyse, analysis, stateRule } from "./analysis.ts";
import { probes } from "./catalogue.ts";
import { gather } from "./gathering.ts";
import { decided, judgement, verdictOf } from "./judgement.ts";
import { terminalProgress } from "./progress.ts";

const usage = `usage: npm run audit -- --stack NAME [--format ${Object.keys(formats).join("|")}]`;
const help = `Judges a running stack: its server from inside, its site from outside, its state by the policies.
Exit status 0 when all is well, 1 when something is to be mended, 2 when it could not be judged.
Every probe and its mend: docs/audit.md`;
const kind: Kind = {
  tool: "socle audit",
  rules: [...probes, stateRule, ...rules],
  words: { passed: "passes its audit", blocked: "does not pass its audit" },
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", short: "s" },
      format: { type: "string", default: "table" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    console.log(`${usage}\n\n${help}`);
    return 0;
  }
  const format = formats[values.format];
  if (values.stack === undefined || !format) throw new OperatorError(usage);
  const stack = Stack.read(values.stack);
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

try {
  process.exitCode = await main();
} catch (error) {
  const own = error instanceof OperatorError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  console.error(own && error instanceof Error ? error.message : error);
  if (own && !(error instanceof OperatorError)) console.error(usage);
  process.exitCode = 2;
}
