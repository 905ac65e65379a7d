import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { engineNotes } from "../../../deployment/engine-preview.ts";

describe("a preview's notes of the engine", () => {
  for (const [name, plan, notes] of [
    ["nothing changes: none", "", []],
    [
      "what changes, and what does not",
      "file=/etc/docker/daemon.json\nadd=live-restore\nhow=reload\nsay=a=b gets it.\nremark=No c is set.\n",
      [
        { level: "info", text: "at `up`, a=b gets it." },
        { level: "info", text: "No c is set." },
      ],
    ],
    [
      "what `up` refuses is a warning with the way out",
      "refuse=daemon.json is not a JSON object\ninstead=Correct it.\n",
      [{ level: "warn", text: "`up` will be refused: daemon.json is not a JSON object.\n    → Correct it." }],
    ],
    ["what a shell says on its own is none", "Welcome to the server\nsay no more\n", []],
  ] as const)
    it(name, () => {
      assert.deepEqual(engineNotes(plan), notes);
    });
});
