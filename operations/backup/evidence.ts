/** What the backups of a stack prove: taken from the records that they keep on the host, never typed. */
import { Evidence } from "../../policies/evidence/evidence.ts";
import type { EvidenceRecord } from "../../policies/evidence/record.ts";
import { record } from "../evidence/record.ts";
import { OperatorError, type Stack } from "../stack.ts";

/** A line of a record in the backup container (host/backup/record.sh). */
interface Attempt extends Record<string, string | number> {
  when: string;
  result: "passed" | "failed";
}

/** The tools, by the record that each keeps and the policy that asks for it. */
const kept = [
  { file: "/backups/history.jsonl", policy: "EVD-01", tool: "socle backup" },
  { file: "/backups/drills.jsonl", policy: "EVD-02", tool: "socle drill restore" },
  { file: "/offsite/drills.jsonl", policy: "EVD-05", tool: "socle drill restore --offsite" },
] as const;

/**
 * Records the newest backup and the newest drill, whatever came of them, where that was not done yet.
 * @returns what was recorded now
 */
export async function recordBackups(stack: Stack): Promise<EvidenceRecord[]> {
  const container = stack.container("backup");
  const name = stack.outputs.operations.name;
  const subject = stack.outputs.services["backend"]?.digest;
  if (subject === undefined) throw new OperatorError(`Stack ${stack.name} has no service backend.`);
  const said = await stack.host.ask("exec.sh", [container, "/tools/restic", "version"]);
  const version = said.split(" ")[1] ?? "unknown";
  const written: EvidenceRecord[] = [];
  for (const { file, policy, tool } of kept) {
    const newest = last(
      await stack.host.ask("exec.sh", [container, "sh", "-c", `tail -n 1 ${file} 2>/dev/null || true`]),
    );
    if (!newest) continue;
    const { when: made, result, ...details } = newest;
    const when = new Date(made);
    const there = (await Evidence.read()).find({ policy, stack: name });
    if (there.some((each) => Date.parse(each.when) === when.getTime())) continue;
    const trial = { policy, subject, stack: name, tool: { name: tool, version: `restic ${version}` } };
    written.push(await record({ ...trial, when, result, details }));
  }
  return written;
}

function last(text: string): Attempt | undefined {
  return text.trim() === "" ? undefined : (JSON.parse(text) as Attempt);
}
