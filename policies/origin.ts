/** Origins that are trusted, as the application gets them: a list with commas. */
import { type Finding, when } from "./rule.ts";

/** The part of a name that is registered, as far as it can be told without a list: its last two labels. */
const registered = (name: string): string => name.split(".").slice(-2).join(".");

/** @param own domains of the site, where only those and their neighbours are trusted */
export function origins(list: string, where: string, own?: readonly string[]): Finding[] {
  const domains = own?.map(registered);
  return list
    .split(",")
    .filter((origin) => origin !== "")
    .flatMap((origin, index) => {
      const at = `${where}.${String(index)}`;
      if (origin.includes("*")) return when(true, `found "${origin}", a wildcard`, at);
      if (!origin.startsWith("https://")) return when(true, `found "${origin}", not https`, at);
      const host = origin.slice("https://".length).replace(/:\d+$/, "");
      return when(domains && !domains.includes(registered(host)), `found "${origin}", not of the site's domains`, at);
    });
}
