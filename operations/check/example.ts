/** The example for production, with settings that a trial needs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parseDocument } from "yaml";

const file = join(import.meta.dirname, "..", "..", "Pulumi.production.yaml");

/** The example as text. Its waivers end some day; what is shown with it does not. */
function example(): string {
  const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  return readFileSync(file, "utf8").replaceAll(/expires: [\d-]+/g, `expires: ${soon}`);
}

/** Digest of the example's image. */
export function exampleImage(): string {
  const [digest = ""] = /sha256:[0-9a-f]{64}/.exec(example()) ?? [];
  return digest;
}

/** The example's settings with some replaced by path, such as `site.tls.mode`; undefined takes one out. */
export function exampleWith(changes: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(example());
  for (const [path, value] of Object.entries(changes)) {
    const [section = "", ...keys] = path.split(".").map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const place = ["config", `socle:${String(section)}`, ...keys];
    if (value === undefined) document.deleteIn(place);
    else document.setIn(place, document.createNode(value));
  }
  return document.toString();
}
