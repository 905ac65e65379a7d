/** `key`: a pair of keys that signs evidence. */
import type { Command } from "commander";

import { makeKey } from "../key.ts";

export function addKey(program: Command): void {
  program
    .command("key <file>")
    .description("make a key that signs evidence, and say how the stack is told of it")
    .option("--json", "print JSON, for machines")
    .action((file: string, { json }: { json?: true }) => {
      const publicKey = makeKey(file);
      if (json) {
        console.log(JSON.stringify({ file, publicKey }));
        return;
      }
      console.log(`The private key is in ${file}. Keep it where evidence is recorded, such as a secret of your CI, and out of the repository.

  To sign:      SOCLE_EVIDENCE_KEY=${file}   (or the key itself)
  In the stack, so that nothing else counts:

config:
  socle:evidence:
    publicKeys:
      - ${publicKey}`);
    });
}
