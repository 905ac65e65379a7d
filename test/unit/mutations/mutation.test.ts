// The mutations are kept current: each goes into the product as it is, and names tests that there are.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { describe, it } from "mocha";

import { apply, mutations } from "../../mutations/mutation.ts";

const project = join(import.meta.dirname, "..", "..", "..");

describe("mutations", () => {
  it("are twenty or more, of every part where a fault hurts most", () => {
    assert.ok(mutations.length >= 20);
    const parts = new Set(mutations.map(({ name }) => name.split("-", 1)[0]));
    for (const part of ["migrate", "switch", "lock", "record", "backup", "restore", "rotation", "import", "refresh"])
      assert.ok(parts.has(part), part);
  });

  for (const mutation of mutations)
    it(`${mutation.name} applies to the product, and names the tests that are to see it`, () => {
      const { fault, seenBy, changes } = mutation;
      assert.match(fault, /^[A-Z].*\.$/);
      assert.ok(changes.length > 0 && changes.every((file) => !file.startsWith("test/")));
      assert.ok(seenBy.length > 0);
      assert.deepEqual(
        seenBy.filter((file) => !existsSync(join(project, file))),
        [],
      );
      assert.doesNotThrow(() => {
        apply(mutation, project, "--check");
      });
    });
});
