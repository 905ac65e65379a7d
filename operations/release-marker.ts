/** Releases as lines among the logs: when one began, when it served, and how it failed. */
import type { Line } from "./log-line.ts";
import type { Release } from "./release-history.ts";

/** In the order of time. */
export function markersOf(release: Release): Line[] {
  const { number, result, when, began = "", served = "", who, reason, released } = release;
  // The host's clock has seconds there: the lines of the same second come after.
  const marker = (event: "began" | "serves" | "failed", time: string, more: string): Line => ({
    service: "release",
    time,
    text: `release ${number}${named(released)} ${event}${more}`,
    release: { number, event },
  });
  return [
    ...(began === "" ? [] : [marker("began", began, who === "" ? "" : `, by ${who}`)]),
    result === "succeeded"
      ? // Where the traffic did not move, as by another setting of the worker, the end of the deployment counts.
        marker("serves", served > began ? served : when, "")
      : marker("failed", when, reason === "" ? "" : `: ${reason}`),
  ];
}

function named({ image, release = "" }: Partial<Release["released"]>): string {
  const facts = [...(image === undefined ? [] : [image.replace(/@sha256:([0-9a-f]{12}).*/, "@$1")]), release];
  const told = facts.filter((fact) => fact !== "").join(", ");
  return told === "" ? "" : ` (${told})`;
}
