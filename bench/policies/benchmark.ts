/** How much longer a preview takes with the policies than without, and how long the check without an engine. */
import { run } from "../../test/lab/command.ts";
import type { Benchmark, Variant } from "../bench.ts";
import { Copy, program, project } from "../copy.ts";

/** Seconds that somebody waits for the check at most. */
const patience = 3;

export async function benchmark(): Promise<Benchmark> {
  const copy = await Copy.of([...program, "policies"]);
  // Production is not previewed without the policies; staging is the same program, with and without.
  await copy.stack("staging", "Pulumi.staging.yaml");
  // The example's server is nobody's: an address that does not answer would be waited for, this one refuses at once.
  await copy.pulumi(["config", "set", "--path", "socle:host.address", "127.0.0.1", "--stack", "staging"]);
  await copy.pulumi(["config", "set", "--path", "socle:host.port", "1", "--stack", "staging"]);
  const variant = (name: string, ...args: string[]): Variant => ({
    name,
    run: () => copy.pulumi(["preview", "--stack", "staging", ...args]),
  });
  let quickest = Infinity;
  const check: Variant = {
    name: "check",
    run: async () => {
      const start = performance.now();
      // It reads the stack's file alone.
      await run("npm", ["run", "--silent", "check", "--", "--stack", "staging"], { directory: project });
      quickest = Math.min(quickest, (performance.now() - start) / 1000);
    },
  };
  return {
    title: "preview of a new stack with and without the policies, from the command line, and the check of one",
    rounds: 7,
    variants: [variant("without"), variant("with", "--policy-pack", "policies"), check],
    ratios: [
      { name: "with / without", of: "with", over: "without", aim: 1.5 },
      { name: "check / with", of: "check", over: "with" },
    ],
    counts: () => [{ name: "check, quickest, in seconds", value: Number(quickest.toFixed(2)), most: patience }],
    close: () => copy.remove(),
  };
}
