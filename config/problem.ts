/**
 * What goes wrong for a reason that the reader can do something about: a stable code for machines and tests, typed facts,
 * and a text that is made of the facts in one place.
 *
 * Each module words its own problems:
 *
 *   export const wordings = {
 *     "stack.no-service": ({ stack, service }: { stack: string; service: string }) => [
 *       `Stack ${stack} has no service ${service}.`,
 *       "Name another one.",
 *     ],
 *   } satisfies Wordings;
 *   const problem = problems(wordings);
 *   throw problem("stack.no-service", { stack, service });
 */

/** What was found, and what the reader can do about it. */
export type Words = readonly [found: string, ...fixes: string[]];

/** `area.name`. Once released it stays: scripts of users ask for it. docs/errors.md lists all of them. */
export type Code = `${string}.${string}`;

/** By code, what is said of a problem. */
export type Wordings = Readonly<Record<Code, (facts: never) => Words>>;

export class Problem extends Error {
  readonly code: Code;
  /** What the text was made of. Never a secret. */
  readonly facts: object;

  constructor(code: Code, facts: object, [found, ...fixes]: Words) {
    super([found, ...fixes].join("\n    → "));
    this.name = new.target.name;
    this.code = code;
    this.facts = facts;
  }
}

/** The facts that a code needs, if any. */
export type FactsOf<W extends Wordings, C extends keyof W> = W[C] extends (
  ...facts: infer F extends readonly object[]
) => Words
  ? F
  : never;

/**
 * Makes problems of these wordings.
 * @param Family a class of its own, for those who catch all of them
 */
export function problems<W extends Wordings>(
  wordings: W,
  Family: typeof Problem = Problem,
): <C extends keyof W & Code>(code: C, ...facts: FactsOf<W, C>) => Problem {
  return (code, ...[facts = {}]: readonly object[]) => {
    const words = wordings[code] as (facts: object) => Words;
    return new Family(code, facts, words(facts));
  };
}
