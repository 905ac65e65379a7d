// docs/releases.md as a newcomer follows it: its own commands, on a site of the tests.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { docker, type Result, run } from "../../lab/command.ts";
import type { LocalSite } from "../../lab/running-site.ts";

const project = join(import.meta.dirname, "..", "..", "..");

export class Page {
  readonly #site: () => LocalSite;
  /** Blocks of commands in their order, with whether the page says that they fail. */
  readonly #blocks = [
    ...readFileSync(join(project, "docs", "releases.md"), "utf8").matchAll(/^```sh( fails)?\n(.*?)^```$/gms),
  ].map(([, fails, commands = ""]) => ({ commands, fails: fails !== undefined }));

  constructor(site: () => LocalSite) {
    this.#site = site;
  }

  /** How many blocks were not followed yet. */
  get left(): number {
    return this.#blocks.length;
  }

  /** What is `my-site` in the page: one name for all; the engine may have several tests. */
  get images(): string {
    return `socle-e2e-page-${this.#site().stack.name}`;
  }

  /**
   * Runs the next block, which must fail where the page says so.
   * @param base the image from which an image of the block is built, where it is not the page's
   */
  async follow({ base, variables }: { base?: string; variables?: Record<string, string> } = {}): Promise<Result> {
    const { commands, fails } = this.#blocks.shift()!;
    const { stack } = this.#site();
    const named = commands.replaceAll("my-site:", `${this.images}:`);
    const result = await run(
      "sh",
      ["-euc", base === undefined ? named : named.replaceAll(/^FROM .*$/gm, `FROM ${base}`)],
      {
        directory: stack.folder,
        timeoutSeconds: 300,
        check: false,
        environment: { ...stack.environment(), PULUMI_STACK: stack.name, ...variables },
      },
    );
    assert.equal(result.code !== 0, fails, `${commands}\n${result.stdout}${result.stderr}`);
    return result;
  }

  async removeImages(): Promise<void> {
    await docker(["image", "rm", "--force", `${this.images}:2`, `${this.images}:broken`]);
  }
}
