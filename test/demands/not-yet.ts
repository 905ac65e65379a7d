/** Which demands the README says are not met, or not shown, yet. */

/** Those that are named in the chapter "Not yet": each by its id, or as a range such as S3–S20. */
export function namedNotYet(readme: string, ids: readonly string[]): string[] {
  const chapter = /^## Not yet\n(.*?)(?=^## |(?![^]))/ms.exec(readme)?.[1];
  if (chapter === undefined) throw new Error('The README has no chapter "Not yet".');
  const text = chapter.replaceAll(/\s+/g, " ");
  const ranges = [...text.matchAll(/\b([SFPVH])(\d+)–\1(\d+)\b/g)].flatMap(([, letter = "", first, last]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${letter}${String(Number(first) + index)}`),
  );
  const unknown = ranges.filter((id) => !ids.includes(id));
  if (unknown.length > 0) throw new Error(`"Not yet" names ${unknown.join(", ")}, which is no demand.`);
  return ids.filter((id) => ranges.includes(id) || names(text, id));
}

const names = (text: string, id: string): boolean =>
  new RegExp(String.raw`(?<![\w.])${id.replaceAll(".", "[.]")}(?![.–]?\w)`).test(text);
