/** What a preview announced and what the policies said of it, as the engine's event log tells (`--event-log`). */

import { isAwaited } from "./awaited.ts";

export type Change = "create" | "replace" | "update" | "delete";

export interface PlannedChange {
  change: Change;
  /** Such as `docker:Container`. */
  type: string;
  name: string;
  /** Inputs that differ; none where a resource comes or goes. */
  because: string[];
}

export interface Violation {
  rule: string;
  mandatory: boolean;
  /** Whether it asks for what comes with the image that is yet to go out. */
  awaited: boolean;
  /** Name of the resource. */
  resource: string;
  message: string;
}

export interface Plan {
  changes: PlannedChange[];
  violations: Violation[];
  /** Errors that are no violations, such as a refused setting. */
  errors: string[];
}

/** The part of the engine's events that is read here (sdk/go/common/apitype/events.go). */
interface EngineEvent {
  resourcePreEvent?: {
    metadata: { op: string; urn: string; type: string; keys?: string[] | null; diffs?: string[] | null };
  };
  policyEvent?: { resourceUrn: string; policyName: string; enforcementLevel: string; message: string };
  diagnosticEvent?: { severity: string; message: string };
}

const changes: Record<string, Change> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};
/** They group others or only say how these are reached: what they hold changes by itself. */
const grouping = /^(socle:|pulumi:)/;
const order: Change[] = ["replace", "update", "create", "delete"];

/** @param log lines of JSON, one an event */
export function readPlan(log: string): Plan {
  const events = log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
  const planned = new Map<string, PlannedChange>();
  const violations: Violation[] = [];
  const errors: string[] = [];
  for (const { resourcePreEvent, policyEvent, diagnosticEvent } of events) {
    if (resourcePreEvent) note(planned, resourcePreEvent.metadata);
    if (policyEvent)
      violations.push({
        rule: policyEvent.policyName,
        mandatory: policyEvent.enforcementLevel === "mandatory",
        awaited: isAwaited(policyEvent.policyName),
        resource: nameIn(policyEvent.resourceUrn),
        message: policyEvent.message.trim(),
      });
    if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message.trim());
  }
  return {
    changes: [...planned.values()].sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change)),
    violations: violations.sort((a, b) => Number(b.mandatory) - Number(a.mandatory) || (a.rule < b.rule ? -1 : 1)),
    errors: errors.filter((message) => message !== "preview failed"),
  };
}

/** A replacement is reported as its steps, each for the same resource. */
function note(
  planned: Map<string, PlannedChange>,
  { op, urn, type, keys, diffs }: NonNullable<EngineEvent["resourcePreEvent"]>["metadata"],
): void {
  const change = changes[op];
  if (!change || grouping.test(type)) return;
  const known = planned.get(urn)?.because ?? [];
  const because = [...new Set([...known, ...(change === "delete" ? [] : [...(keys ?? []), ...(diffs ?? [])])])];
  planned.set(urn, { change, type: type.replace(/:[^:]*:/, ":"), name: nameIn(urn), because });
}

/** Those that a change of this very pull request has to mend. */
export const blocking = ({ violations }: Plan): Violation[] =>
  violations.filter(({ mandatory, awaited }) => mandatory && !awaited);

/**
 * Whether the plan is refused for more than evidence that is to come.
 * @param failed whether the preview itself ended with an error
 */
export const isRefused = (plan: Plan, failed: boolean): boolean =>
  failed && (blocking(plan).length > 0 || plan.errors.length > 0 || !plan.violations.some(({ awaited }) => awaited));

const nameIn = (urn: string): string => urn.split("::").at(-1) ?? urn;
