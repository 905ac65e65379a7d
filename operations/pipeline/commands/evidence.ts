/** `pipeline evidence`: an image's ledgers, from its registry and back to it. */
import type { Command } from "commander";

import { fetchEvidence, keepEvidence } from "../evidence.ts";

export function addEvidence(program: Command): void {
  const evidence = program.command("evidence").description("brings an image's evidence, or keeps it beside the image");
  const said = (files: readonly string[]): string => files.join(", ") || "none";
  evidence
    .command("fetch")
    .description("brings the ledgers that lie beside the image into the folder of evidence")
    .requiredOption("--image <reference>", "the image, by digest")
    .action(({ image }: { image: string }) => console.log(`Evidence of ${image}: ${said(fetchEvidence(image))}`));
  evidence
    .command("keep")
    .description("puts the ledgers of the folder of evidence beside the image")
    .requiredOption("--image <reference>", "the image, by digest")
    .action(({ image }: { image: string }) =>
      console.log(`Evidence kept beside ${image}: ${said(keepEvidence(image))}`),
    );
}
