// One run of migrations at a time: a session of the database holds a lock, and is waited for.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, it } from "mocha";

import { Folder, runScript, scripts } from "./machine.ts";

describe("a session that holds the migrations' lock", () => {
  it("is waited for although its output is not there yet", function () {
    this.timeout(300_000);
    const folder = new Folder();
    try {
      // Says that it holds the lock after a while, and goes on until its input ends.
      folder.program("docker", "#!/bin/sh\nsleep 0.02\necho held\nexec cat >/dev/null\n");
      folder.write("run.sh", readFileSync(join(scripts, "run.sh"), "utf8"));
      folder.write(
        "locks.sh",
        `set -eu
stack=trial database=trial work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${readFileSync(join(scripts, "migration", "application.sh"), "utf8")}
for turn in 1 2 3 4 5; do
  rm -f "$work/lock" "$work/locked"
  lock
  unlock
done
`,
      ); // prettier-ignore
      const { status, stderr } = runScript("locks.sh", [], {
        folder: folder.path,
        environment: { PATH: folder.searchPath },
      });
      assert.deepEqual([status, String(stderr)], [0, ""]);
    } finally {
      folder.remove();
    }
  });
});
