/** Which service of the stack a container is: its label says it. */
import type { Container } from "./resource.ts";

/** Runs the application's own code. */
export const application = ["backend", "worker", "beat"];

export function serviceOf({ labels = [] }: Pick<Container, "labels">): string | undefined {
  return labels.find(({ label }) => label === "socle.service")?.value;
}
