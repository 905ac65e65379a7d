/** Nginx's configuration as directives: enough of its grammar to say what holds where. */

export interface Directive {
  name: string;
  words: string[];
  /** Of a block. */
  body?: Directive[];
}

/** Comments, quoted words, plain words and punctuation (nginx.org: "Configuration file's structure"). */
const token =
  /#[^\n]*|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|[;{}]|(?:\\.|\$\{\w+\}|[^\s;{}"'#])(?:\\.|\$\{\w+\}|[^\s;{}])*/g;

/** @throws where blocks are not closed or closed too often */
export function directives(text: string): Directive[] {
  const tokens = [...text.matchAll(token)].filter(([whole]) => !whole.startsWith("#"));
  const root: Directive[] = [];
  const open: Directive[][] = [root];
  let words: string[] = [];
  for (const [whole, double, single] of tokens) {
    const quoted = double ?? single;
    if (quoted === undefined && (whole === ";" || whole === "{")) {
      const [name = "", ...rest] = words;
      const directive: Directive = { name, words: rest, ...(whole === "{" ? { body: [] } : {}) };
      if (words.length > 0) open.at(-1)?.push(directive);
      if (directive.body) open.push(directive.body);
      words = [];
    } else if (quoted === undefined && whole === "}") {
      open.pop();
      if (open.length === 0) throw new SyntaxError("a block is closed that was not opened");
    } else words.push(quoted ?? whole);
  }
  if (open.length > 1) throw new SyntaxError("a block is not closed");
  return root;
}

/** Every directive of a name, however deep, with the names of the blocks around it. */
export function everywhere(
  list: readonly Directive[],
  name: string,
  within: string[] = [],
): (Directive & { within: string[] })[] {
  return list.flatMap((directive) => [
    ...(directive.name === name ? [{ ...directive, within }] : []),
    ...everywhere(directive.body ?? [], name, [...within, directive.name]),
  ]);
}

/** The directives of the block `http`. */
export function http(text: string): Directive[] {
  return directives(text).find(({ name }) => name === "http")?.body ?? [];
}

/** The words of a directive in a block, where it stands there once. */
export function wordsOf(block: readonly Directive[], name: string): string[] | undefined {
  const found = block.filter((directive) => directive.name === name);
  return found.length === 1 ? found[0]?.words : undefined;
}
