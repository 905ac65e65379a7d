/** References of images: `registry/name:tag@sha256:…`. */

/** Whether a reference names one image for ever; a tag may name another one tomorrow. */
export const isPinned = (reference: string): boolean => reference.includes("@sha256:");
