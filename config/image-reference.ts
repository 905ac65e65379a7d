/** References of images: `registry/name:tag@sha256:…`. */

/** Whether a reference names one image for ever; a tag may name another one tomorrow. */
export const isPinned = (reference: string): boolean => reference.includes("@sha256:");

/** The registry that a reference names; `docker.io` where it names none (distribution/reference: "familiar names"). */
export function registryOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "docker.io";
}
