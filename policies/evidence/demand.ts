/** What a rule asks of evidence, and what lacks of it. */
import type { Facts } from "../../config/facts.ts";
import { checklist, type ChecklistLine } from "../checklist.ts";
import type { Finding, Proof, Rule } from "../rule.ts";
import { counting, type Evidence } from "./evidence.ts";
import type { EvidenceRecord } from "./record.ts";

export interface Demand {
  /** To what a record is bound: the application's image, the stack, or the proxy as it is set up. */
  of: "image" | "stack" | "proxy";
  /** Hours after which a record is too old; where it is not given, its own `expires` alone counts. */
  oldest?: number;
  /** What must have been tried, as messages call it, by the word that records have under `part`; "" where there is none. */
  parts: Record<string, string>;
  /** What a record must say in its details. */
  details?: string[];
}

const hour = 3_600_000;

/**
 * Decision and proof of a rule about evidence.
 * @param demand nothing where the stack has no need of it
 */
export function evidenced(
  policy: string,
  demand: (facts: Facts) => Demand | undefined,
): Pick<Rule, "decide" | "proof"> {
  return {
    decide: {
      site: (facts, { evidence }) => {
        const asked = demand(facts);
        return (
          asked &&
          Object.entries(asked.parts).flatMap(([part, called]) => {
            const found = trials(policy, asked, facts, evidence, part);
            const untried = counting(found, keys(facts)).length === 0;
            return lacking(found, asked, facts, evidence, called).map((finding): Finding => ({
              ...finding,
              ...(untried && { untried }),
              ...lineOf(called),
            }));
          })
        );
      },
    },
    proof: ({ facts, evidence }) => {
      const asked = demand(facts);
      return Object.entries(asked?.parts ?? {}).flatMap(([part, called]) => {
        const [newest] = asked ? counting(trials(policy, asked, facts, evidence, part), keys(facts)) : [];
        return newest ? [{ ...proof(newest, called), ...lineOf(called) }] : [];
      });
    },
  };
}

/** The line of the checklist that asks for a trial by its name. */
function lineOf(called: string): { line?: ChecklistLine } {
  const found = checklist.find(({ line }) => line === `Tests: ${called}`);
  return found ? { line: found.line } : {};
}

const keys = ({ evidence }: Facts): string[] => [...evidence.publicKeys];

/** The digest of the application's image, where its reference has one. */
export const imageDigest = (reference: string): string | undefined => /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];

function trials(
  policy: string,
  { of }: Demand,
  { application, name, proxy }: Facts,
  evidence: Evidence,
  part: string,
): EvidenceRecord[] {
  return evidence.find({
    policy,
    ...(of === "image" ? { subject: imageDigest(application.image) ?? "none" } : {}),
    ...(of === "stack" ? { stack: name } : {}),
    details: { ...(of === "proxy" ? { proxy } : {}), ...(part === "" ? {} : { part }) },
  });
}

function lacking(
  found: readonly EvidenceRecord[],
  { of, oldest, details = [] }: Demand,
  facts: Facts,
  { now }: Evidence,
  called: string,
): Finding[] {
  const where = `evidence, ${called}`;
  const bound = subjectOf(of, facts);
  if (bound === undefined)
    return [{ where, found: "the image is not named by digest, so that no record can be bound to it" }];
  const [newest] = counting(found, keys(facts));
  if (!newest) {
    const unsigned = found.length > 0 ? `; ${found.length} not signed by a key of evidence.publicKeys` : "";
    return [{ where, found: `there is no record for ${bound}${unsigned}` }];
  }
  const said = `${day(newest.when)} by ${tool(newest)}`;
  if (newest.result === "failed") return [{ where, found: `failed on ${said}${brief(newest)}` }];
  if (oldest !== undefined && now - Date.parse(newest.when) > oldest * hour)
    return [{ where, found: `passed on ${said}, more than ${span(oldest)} ago` }];
  if (Date.parse(newest.expires) < now)
    return [{ where, found: `passed on ${said}; it counted until ${day(newest.expires)}` }];
  return details
    .filter((key) => newest.details[key] === undefined)
    .map((key) => ({ where, found: `the record of ${said} does not say \`${key}\`` }));
}

function subjectOf(of: Demand["of"], { application, name, proxy }: Facts): string | undefined {
  if (of === "stack") return `stack ${name}`;
  if (of === "proxy") return `the proxy as it is set up (${proxy})`;
  const digest = imageDigest(application.image);
  // As people compare it.
  return digest && `image ${digest.slice(0, "sha256:".length + 12)}`;
}

const proof = (record: EvidenceRecord, called: string): Proof => ({
  statement: `${called}: ${record.result}${brief(record)}`,
  when: record.when,
  tool: tool(record),
  subject: record.stack ?? record.subject,
});

const tool = ({ tool: { name, version } }: EvidenceRecord): string => `${name} ${version}`;

const day = (moment: string): string => moment.slice(0, 10);

const span = (hours: number): string => (hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${hours} hours`);

/** What a record says beside, in brief. */
function brief({ details: { part: _part, ...details } }: EvidenceRecord): string {
  const words = Object.entries(details).map(([key, value]) => `${key} ${value}`);
  return words.length > 0 ? ` (${words.join(", ")})` : "";
}
