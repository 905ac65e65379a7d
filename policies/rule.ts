/** What a rule is: what it says, and a pure decision that knows neither Pulumi nor how its verdict is shown. */
import type { Facts } from "../config/facts.ts";
import type { ChecklistLine } from "./checklist.ts";
import type { Evidence } from "./evidence/evidence.ts";
import type { Inputs, Resource } from "./resource.ts";

export type Severity = "critical" | "high" | "medium" | "low";

/** What was found, without the value of any secret, and where: the path of an input or of a setting. */
export interface Finding {
  found: string;
  where: string;
  /** Of the lines of the checklist that the rule serves, the only one that it concerns. */
  line?: ChecklistLine;
  /** Whether nothing at all shows that it was tried. */
  untried?: true;
}

/** Findings of a violation, none where all is well; `undefined`: the rule has nothing to say about what it was shown. */
export type Decision = readonly Finding[] | undefined;

/** Beside the inputs: the resource that they belong to, what the stack says of itself, the day, and what was tried. */
export interface Context {
  resource: Omit<Resource, "inputs">;
  facts: Facts;
  /** As 2027-01-31. */
  today: string;
  /** Dated records of what was tried, written by the tools that tried it. */
  evidence: Evidence;
}

/** What shows that a rule is met: a record of evidence, or a statement about the settings. */
export interface Proof {
  statement: string;
  /** When it was shown, as 2027-01-31T03:00:00.000Z. */
  when?: string;
  /** Name and version of the tool that showed it. */
  tool?: string;
  /** Digest of the image, or the stack, that it was shown on. */
  subject?: string;
  /** Of the lines of the checklist that the rule serves, the only one that it concerns. */
  line?: ChecklistLine;
}

export interface Rule {
  /** As in the catalogue, such as `CTR-01`. */
  id: string;
  /** What holds, in a few words. */
  name: string;
  /** Why it matters. */
  description: string;
  severity: Severity;
  /** Where the demand comes from. */
  reference: string;
  /** What it serves of the pre-production checklist. Of several lines, each finding names the one that it concerns. */
  checklist?: ChecklistLine | readonly ChecklistLine[];
  /** What the reader does about it; names the very setting. */
  mend: string;
  /**
   * The decision, for each kind of thing that the rule can judge. An input that is not known yet throws when it is
   * read (the SDK's own check); so each function reads no more than it decides on, and lets that error pass.
   */
  decide: { [Kind in keyof Inputs]?: (inputs: Inputs[Kind], context: Context) => Decision } & {
    /** Over everything that was registered, once all is. */
    stack?: (resources: readonly Resource[], context: Omit<Context, "resource">) => Decision;
  };
  /** What shows that it is met, as far as there is anything to show beside the settings themselves. */
  proof?: (context: Omit<Context, "resource">) => readonly Proof[];
}

/** What a rule says of itself, whatever it judges. */
export type Described = Omit<Rule, "decide" | "proof">;

/** The finding, if there is one. */
export const when = (condition: unknown, found: string, where: string, line?: ChecklistLine): Finding[] =>
  condition ? [{ found, where, ...(line && { line }) }] : [];
