/** What could be gathered, or why it could not. */
export type Gathering<T> = T | { missing: string };
