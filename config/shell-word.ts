/** Words as a POSIX shell reads them; plain ones stay plain, so that a plan can be read. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export const shellWords = (words: readonly string[]): string => words.map(shellWord).join(" ");
