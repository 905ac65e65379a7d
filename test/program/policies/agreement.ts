// What the engine reports of a preview, and what `npm run check` finds without it: the same of every resource.
import assert from "node:assert/strict";

import type { Judgement } from "../../../operations/check/judgement.ts";
import type { Preview, Project } from "../../lab/project.ts";

export interface Both {
  preview: Preview;
  check: Judgement & { code: number };
}

/** Previews a project with changed settings, and checks it. */
export async function both(project: Project, changes: Record<string, unknown> = {}): Promise<Both> {
  const preview = await project.preview(changes);
  const { code, printed } = await project.check("--stack", "production", "--format", "json");
  return { preview, check: { code, ...(JSON.parse(printed) as Judgement) } };
}

/** `level rule resource` of everything that the engine reports. */
function reported({ said }: Preview): string[] {
  const line = /^ +- \[(mandatory|advisory)\] (?:\[severity: \w+\] )? *([A-Z]{2,3}-\d\d) +\(.*: ([^:()]+)\)$/gm;
  return [...said.matchAll(line)].map(([, level, id, name]) => [level, id, name].join(" ")).sort();
}

/** The same of a check. */
export const found = ({ findings }: Judgement): string[] =>
  findings.map(({ level, id, resource }) => `${level} ${id} ${resource}`).sort();

/**
 * Both name the same findings, and let the stack out or refuse it alike.
 * @param undecided what only the engine names, since at preview it does not know what the check knows
 */
export function assertAgreed({ preview, check }: Both, undecided: readonly string[] = []): void {
  assert.deepEqual([...found(check), ...undecided].sort(), reported(preview));
  assert.equal(check.code, preview.code === 0 ? 0 : 1, preview.said);
  assert.ok(check.findings.length > 0 && check.met > 100);
}
