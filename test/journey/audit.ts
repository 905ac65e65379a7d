// `npm run audit` on a stack of the tests, as an operator runs it.
import type { Finding, Judgement } from "../../operations/check/judgement.ts";
import { run } from "../lab/command.ts";
import type { TestStack } from "../lab/stack.ts";

export interface Audit {
  code: number;
  stdout: string;
  stderr: string;
}

export function audit(stack: TestStack, ...words: string[]): Promise<Audit> {
  return run("node", ["operations/audit/audit.ts", "--stack", stack.name, ...words], {
    directory: stack.folder,
    environment: stack.environment(),
    check: false,
    timeoutSeconds: 240,
  });
}

/** By id; the policies' findings on the state are apart. */
export async function verdicts(
  stack: TestStack,
): Promise<{ code: number; of: (id: string) => Finding; all: Finding[] }> {
  const { code, stdout, stderr } = await audit(stack, "--format", "json");
  if (!stdout.startsWith("{")) throw new Error(`the audit ended with ${String(code)}:\n${stdout}${stderr}`);
  const { findings, others = [] } = JSON.parse(stdout) as Judgement;
  const all = [...findings, ...others];
  const of = (id: string): Finding => {
    const found = all.find((finding) => finding.id === id);
    if (!found) throw new Error(`no verdict ${id} among ${all.map((finding) => finding.id).join(", ")}`);
    return found;
  };
  return { code, of, all };
}
