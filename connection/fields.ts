/** What a script prints for programs to read: one `name=value` a line; what is no such line is not for them. */
export type Fields = Readonly<Record<string, string | undefined>>;

export function fieldsOf(output: string): Fields {
  const found = [...output.matchAll(/^(\w+)=(.*)$/gm)];
  return Object.fromEntries(found.map(([, name = "", value = ""]) => [name, value]));
}
