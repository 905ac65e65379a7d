/** What a script of host/ is given: words in their order, or values by name (host/arguments.sh). */
export type Arguments = readonly string[] | Readonly<Record<string, string | number | undefined>>;

/** The words of a command line. Values that are undefined are left out. */
export const argumentWords = (given: Arguments): readonly string[] =>
  isList(given)
    ? given
    : Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${String(value)}`]));

const isList = (given: Arguments): given is readonly string[] => Array.isArray(given);
