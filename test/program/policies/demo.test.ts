// npm run check:demo, as somebody sees it who wants to see the gate at work.
import assert from "node:assert/strict";
import { join } from "node:path";

import { describe, it } from "mocha";

import { checklist } from "../../../policies/checklist.ts";
import { run } from "../../lab/command.ts";

const project = join(import.meta.dirname, "..", "..", "..");

describe("npm run check:demo", function () {
  this.timeout(300_000);
  this.slow(60_000);

  it("lets the example out with its evidence, and refuses an unsafe variant for every line of the checklist", async () => {
    const { code, stdout, stderr } = await run("npm", ["run", "--silent", "check:demo"], {
      directory: project,
      check: false,
      timeoutSeconds: 170,
    });
    assert.equal(code, 0, stdout + stderr);
    const lines = `${checklist.length} lines`;
    assert.match(
      stdout,
      new RegExp(`All as it must be: the example passes, and \\d+ variants of ${lines} are refused`),
    );
    for (const { line } of checklist) assert.ok(stdout.includes(`✓  ${line} `), line);
  });
});
