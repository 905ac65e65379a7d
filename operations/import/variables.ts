/** Names and values, as an application is handed them. */
export type Variables = Record<string, string>;

/** A plain value of YAML or JSON as the variable that it becomes; nothing is an empty one. */
export const scalar = (value: unknown): string =>
  typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);
