/** How much longer a preview takes with the policies than without. */
import type { Benchmark, Variant } from "../bench.ts";
import { Copy, program } from "../copy.ts";

export async function benchmark(): Promise<Benchmark> {
  const copy = await Copy.of([...program, "policies"]);
  // Production is not previewed without the policies; staging is the same program, with and without.
  await copy.stack("staging", "Pulumi.staging.yaml");
  const variant = (name: string, ...args: string[]): Variant => ({
    name,
    run: () => copy.pulumi(["preview", "--stack", "staging", ...args]),
  });
  return {
    title: "preview of a new stack with and without the policies, from the command line",
    rounds: 7,
    variants: [variant("without"), variant("with", "--policy-pack", "policies")],
    ratios: [{ name: "with / without", of: "with", over: "without", aim: 1.5 }],
    close: () => copy.remove(),
  };
}
