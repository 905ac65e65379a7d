/** Which tests show which demand. */
import { everyPart, file, type Group } from "./demand.ts";
import { idsOfTest } from "./title-ids.ts";
import { stable, type Test } from "./tests.ts";

/** Tests that show a demand, under the title that says so: a test's own, or that of a describe. */
export interface Showing {
  title: string;
  file: string;
  /** How many tests stand under it. */
  count: number;
  /** Whether it is a describe. */
  suite: boolean;
}

/** Titles of tests and of describes → where they stand. */
class Titles {
  readonly #found = new Map<string, Map<string, Showing>>();

  constructor(tests: readonly Test[]) {
    for (const test of tests) {
      const titles = [...test.path, test.title];
      for (const length of titles.keys()) this.#add(titles.slice(0, length + 1), test, length + 1 < titles.length);
    }
  }

  #add(titles: readonly string[], { file: where }: Test, suite: boolean): void {
    const title = stable(titles.join(" "));
    const files = this.#found.get(title) ?? new Map<string, Showing>();
    const { count = 0 } = files.get(where) ?? {};
    this.#found.set(title, files.set(where, { title, file: where, count: count + 1, suite }));
  }

  of(title: string): Showing[] {
    return [...(this.#found.get(title)?.values() ?? [])];
  }
}

/**
 * @returns for each id what shows it, its tests first that name it
 * @throws Error with every title that is named and is not there, and every id that is no demand
 */
export function shown(groups: readonly Group[], tests: readonly Test[]): Map<string, Showing[]> {
  const parts = groups.flatMap(everyPart);
  const titles = new Titles(tests);
  const found = new Map<string, Map<string, Showing>>(parts.map(({ id }) => [id, new Map()]));
  const wrong: string[] = [];
  const add = (id: string, title: string): void => {
    const showings = titles.of(stable(title));
    if (showings.length === 0) wrong.push(`${id} names a test that is not there: ${title}`);
    for (const showing of showings) found.get(id)?.set(`${showing.file} ${showing.title}`, showing);
  };

  const lines = new Map(parts.filter(({ id }) => id.startsWith("checklist ")).map(({ id, text }) => [text, id]));
  for (const test of tests)
    for (const [id, length] of idsOfTest(test, lines)) {
      if (!found.has(id)) wrong.push(`${id} is no demand, but a test names it: ${test.file}: ${test.title}`);
      else add(id, [...test.path, test.title].slice(0, length).join(" "));
    }
  for (const { id, tests: named = [], see = [] } of parts) {
    for (const title of named) add(id, title);
    for (const other of see) if (!found.has(other)) wrong.push(`${id} names ${other}, which is no demand`);
  }
  if (wrong.length > 0) throw new Error(`${file} and the tests' titles do not agree:\n${wrong.join("\n")}`);
  return new Map([...found].map(([id, showings]) => [id, [...showings.values()]]));
}

/** Ids of which something is not shown: those without a test, and those that say themselves what is missing. */
export function notShown(groups: readonly Group[], showings: ReadonlyMap<string, readonly Showing[]>): string[] {
  const has = (id: string): boolean => (showings.get(id)?.length ?? 0) > 0;
  return groups.flatMap(({ demands }) =>
    demands.flatMap(({ parts = [], ...whole }) => {
      const open = [whole, ...parts].filter(
        (one) => one.missing !== undefined || !(has(one.id) || (one.see ?? []).some(has)),
      );
      // A demand that its parts make up needs no test of its own.
      return open
        .map(({ id }) => id)
        .filter((id) => id !== whole.id || parts.length === 0 || whole.missing !== undefined);
    }),
  );
}
