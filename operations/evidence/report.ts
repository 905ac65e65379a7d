/** What an importer makes of a tool's report. */
import type { z } from "zod";

import { Problem, type Wordings } from "../../config/problem.ts";
import type { Trial } from "./record.ts";

/** All of a trial that a report says. Which image it is about it does not: whoever ran the tool names that. */
export type Reported = Pick<Trial, "policy" | "tool" | "result" | "details"> & {
  /** As the report dates itself; undefined where it does not. */
  when?: Date | undefined;
};

interface Unusable {
  tool: string;
  /** Why, as the end of a sentence. */
  found: string;
  fix: string;
}

export const wordings = {
  "evidence.unusable-report": ({ tool, found, fix }: Unusable) => [
    `The report of ${tool} ${found}; nothing was recorded.`,
    fix,
  ],
} satisfies Wordings;

/** A report that cannot be taken for one of its tool. */
export class ReportError extends Problem {
  constructor(tool: string, found: string, fix = `Run ${tool} again and import what it writes, unchanged.`) {
    const facts = { tool, found, fix };
    super("evidence.unusable-report", facts, wordings["evidence.unusable-report"](facts));
  }
}

/** @throws ReportError where it is no JSON, such as one that is cut off or empty */
export function json(tool: string, text: string): unknown {
  if (text.trim() === "") throw new ReportError(tool, "is empty");
  try {
    return JSON.parse(text);
  } catch {
    throw new ReportError(tool, "is not JSON, or is cut off");
  }
}

/** A date as a report writes it; one without a zone is this machine's. @throws ReportError */
export function dated(tool: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const when = new Date(text);
  if (Number.isNaN(when.getTime())) throw new ReportError(tool, `has no date that can be read (${text.slice(0, 40)})`);
  return when;
}

/** @throws ReportError naming what is not of the form that the tool writes */
export function shaped<T>(tool: string, schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.map(String).join(".") || "the whole";
  throw new ReportError(tool, `is not of the form that ${tool} writes: ${where}: ${issue?.message ?? ""}`);
}
