// What the engine reports of a preview and what `npm run check` finds without it, in the same words.
import assert from "node:assert/strict";

import type { Judgement } from "../../../operations/check/judgement.ts";
import type { Preview, Project } from "../../lab/project.ts";

export interface Agreed extends Preview {
  /** `level rule resource` of every finding. */
  found: string[];
}

const reported = ({ said }: Preview): string[] => {
  const line = /^ +- \[(mandatory|advisory)\] (?:\[severity: \w+\] )? *([A-Z]{2,3}-\d\d) +\(.*: ([^:()]+)\)$/gm;
  return [...said.matchAll(line)].map(([, level, id, name]) => [level, id, name].join(" ")).sort();
};

/** Previews a project and checks it; both find the same on every resource, and let it out or refuse it alike. */
export async function agreed(project: Project, changes: Record<string, unknown> = {}): Promise<Agreed> {
  const preview = await project.preview(changes);
  const { code, printed } = await project.check("--stack", "production", "--format", "json");
  const { findings, met } = JSON.parse(printed) as Judgement;
  const found = findings.map(({ level, id, resource }) => `${level} ${id} ${resource}`).sort();
  assert.deepEqual(found, reported(preview));
  assert.equal(code, preview.code === 0 ? 0 : 1, preview.said);
  assert.ok(findings.length > 0 && met > 100);
  return { ...preview, found };
}
