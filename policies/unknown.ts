/** Values that are known only once what they come from is there. The SDK throws when a rule reads one. */
import type { Finding } from "./rule.ts";
import { UnknownValueError } from "./sdk.ts";

/** What a decision hangs on could not be found out; what is missing, and what to do so that it can be. */
export class UndecidedError extends Error {
  readonly finding: Finding;
  readonly mend: string;

  constructor(finding: Finding, mend: string) {
    super(`${finding.where}: ${finding.found}`);
    this.finding = finding;
    this.mend = mend;
  }
}

/** Path of the unknown input, if that is what went wrong. */
export function unknownPath(error: unknown): string | undefined {
  return error instanceof UnknownValueError ? error.props.join(".") : undefined;
}

/**
 * The entries of a list that are known. Only for rules about literals: what is not known yet comes from a resource, so
 * that it cannot stand in the configuration.
 */
export function knownEntries<T>(list: readonly T[] = []): T[] {
  return Array.from({ length: list.length }, (_, index) => known(() => list[index])).filter(
    (entry): entry is T & {} => entry !== undefined,
  );
}

/** The value, if it is known. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (unknownPath(error) === undefined) throw error;
    return undefined;
  }
}

/** Has a value read, and with it found unknown: a decision hangs on it that has nothing else to say. */
export function mustBeKnown(..._values: unknown[]): void {
  // To hand a value over is to read it.
}
