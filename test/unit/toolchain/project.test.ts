// Which project Socle's commands are about: where the stacks' files lie.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, it } from "mocha";

import { ownProject } from "../../../toolchain/project.ts";

const clone = join(import.meta.dirname, "..", "..", "..");

describe("the project that Socle's commands are about", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "socle-project-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const manifest = (main: string): void => {
    writeFileSync(join(folder, "Pulumi.yaml"), `name: settings\nmain: ${main}\nruntime: nodejs\n`);
  };

  it("is the clone's, in the clone and where there is no other", () => {
    // The last has a project within the clone.
    for (const from of [clone, join(clone, "docs"), folder, join(clone, "bench", "preview", "default-runtime")])
      assert.deepEqual([ownProject(from).folder, ownProject(from).name], [clone, "socle"]);
  });

  it("is the one of the working folder where its program is the clone's, by a path or by a link", () => {
    mkdirSync(join(folder, "notes"));
    symlinkSync(join(clone, "index.ts"), join(folder, "index.ts"));
    for (const main of [join(clone, "index.ts"), `"${join(clone, "index.ts")}" # the clone`, "index.ts"]) {
      manifest(main);
      const { folder: found, name } = ownProject(join(folder, "notes"));
      assert.deepEqual([found, name], [folder, "settings"], main);
    }
  });

  it("is the clone's in the folder of another program", () => {
    writeFileSync(join(folder, "index.ts"), "");
    for (const main of ["index.ts", "missing.ts"]) {
      manifest(main);
      assert.equal(ownProject(folder).folder, clone, main);
    }
    writeFileSync(join(folder, "Pulumi.yaml"), "name: other\nruntime: nodejs\n");
    assert.equal(ownProject(folder).folder, clone);
  });
});
