/** What the project must do: test/demands/demands.yaml, read and checked. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";
import { z } from "zod";

const id = z.string().regex(/^(?:[A-E]\d{1,2}(?:\.\w+)?|[SFPVH]\d{1,2}|EVD-\d\d|fault \d{1,2}|checklist \d{1,2})$/);
const text = z.string().min(5);

const part = z.strictObject({
  id,
  text,
  /** Full titles of tests or of describes whose tests show it, besides those that name its id. */
  tests: z.array(text).optional(),
  /** Ids of demands whose tests show it too. */
  see: z.array(id).optional(),
  /** What no test shows yet. */
  missing: text.optional(),
});
const demand = part.extend({ parts: z.array(part).min(1).optional() });
const group = z.strictObject({ title: text, demands: z.array(demand).min(1) });

export type Part = z.infer<typeof part>;
export type Demand = z.infer<typeof demand>;
export type Group = z.infer<typeof group>;

export const file = "test/demands/demands.yaml";

/** Every group with its demands, in the order of the page. */
export function readGroups(): Group[] {
  const groups = z.array(group).parse(parse(readFileSync(join(import.meta.dirname, "demands.yaml"), "utf8")));
  const ids = groups.flatMap(everyPart).map((one) => one.id);
  const twice = ids.filter((one, index) => ids.indexOf(one) < index);
  if (twice.length > 0) throw new Error(`${file}: ${twice.join(", ")} stands there twice.`);
  return groups;
}

/** The demands of a group, and their parts after each. */
export const everyPart = ({ demands }: Group): Part[] =>
  demands.flatMap(({ parts = [], ...whole }) => [whole, ...parts]);
