/** What a rule asks of evidence, and what lacks of it. */
import type { Facts } from "../../config/facts.ts";
import type { Finding, Proof, Rule } from "../rule.ts";
import { counting, type Evidence } from "./evidence.ts";
import type { EvidenceRecord } from "./record.ts";

export interface Demand {
  /** To what a record is bound: the application's image, the stack, or both. */
  of: "image" | "stack" | "image and stack";
  /** Hours after which a record is too old; where it is not given, its own `expires` alone counts. */
  oldest?: number;
  /** What must have been tried, as messages call it, by the word that records have under `part`. */
  parts: Record<string, string>;
  /** What a record must say in its details. */
  details?: string[];
  /** What a record's details must be. */
  matching?: Record<string, string>;
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
          Object.entries(asked.parts).flatMap(([part, called]) =>
            lacking(trials(policy, asked, facts, evidence, part), asked, facts, evidence, called),
          )
        );
      },
    },
    proof: ({ facts, evidence }) => {
      const asked = demand(facts);
      return Object.entries(asked?.parts ?? {}).flatMap(([part, called]) => {
        const [newest] = asked ? counting(trials(policy, asked, facts, evidence, part), keys(facts)) : [];
        return newest ? [proof(newest, called)] : [];
      });
    },
  };
}

const keys = ({ evidence }: Facts): string[] => [...evidence.publicKeys];

/** The digest of the application's image, where its reference has one. */
export const imageDigest = (reference: string): string | undefined => /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];

function trials(
  policy: string,
  { of, parts, matching = {} }: Demand,
  { application, name }: Facts,
  evidence: Evidence,
  part: string,
): EvidenceRecord[] {
  const bound = {
    ...(of !== "stack" ? { subject: imageDigest(application.image) ?? "none" } : {}),
    ...(of !== "image" ? { stack: name } : {}),
    ...(Object.keys(parts).length > 1 ? { part } : {}),
  };
  return evidence
    .find({ policy, ...bound })
    .filter(({ details }) => Object.entries(matching).every(([key, value]) => details[key] === value));
}

function lacking(
  found: readonly EvidenceRecord[],
  { of, oldest, details = [] }: Demand,
  facts: Facts,
  { now }: Evidence,
  called: string,
): Finding[] {
  const { image } = facts.application;
  const where = `evidence, ${called}`;
  const digest = imageDigest(image);
  if (of !== "stack" && digest === undefined)
    return [{ where, found: "the image is not named by digest, so that no record can be bound to it" }];
  const on = [
    ...(of !== "stack" ? [`image ${short(digest ?? "")}`] : []),
    ...(of !== "image" ? [`stack ${facts.name}`] : []),
  ];
  const [newest] = counting(found, keys(facts));
  if (!newest) {
    const unsigned = found.length > 0 ? `; ${found.length} not signed by a key of evidence.publicKeys` : "";
    return [{ where, found: `there is no record for ${on.join(" on ")}${unsigned}` }];
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

const proof = (record: EvidenceRecord, called: string): Proof => ({
  statement: `${called}: ${record.result}${brief(record)}`,
  when: record.when,
  tool: tool(record),
  subject: record.stack ?? record.subject,
});

const tool = ({ tool: { name, version } }: EvidenceRecord): string => `${name} ${version}`;

/** A digest as people compare it. */
const short = (digest: string): string => digest.slice(0, "sha256:".length + 12);

const day = (moment: string): string => moment.slice(0, 10);

const span = (hours: number): string => (hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${hours} hours`);

/** What a record says beside, in brief. */
function brief({ details: { part: _part, ...details } }: EvidenceRecord): string {
  const words = Object.entries(details).map(([key, value]) => `${key} ${value}`);
  return words.length > 0 ? ` (${words.join(", ")})` : "";
}
