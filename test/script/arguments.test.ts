// Arguments by name, as a script of host/ takes them.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import type { Arguments } from "../../connection/arguments.ts";
import { Folder, runScript, scripts } from "./machine.ts";

describe("arguments.sh", () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
    for (const name of ["run.sh", "arguments.sh"]) copyFileSync(join(scripts, name), join(folder.path, name));
    folder.write(
      "takes.sh",
      'set -eu\ntakes=\'one two=\nthree\'\n. ./arguments.sh\nprintf \'%s|\' "$one" "$two" "$three"\n',
    );
  });
  after(() => {
    folder.remove();
  });
  const takes = (given: Arguments): [number | null, string] => {
    const { status, stdout, stderr } = runScript("takes.sh", given, {
      folder: folder.path,
      environment: { two: "of the environment" },
    });
    return [status, `${String(stdout)}${String(stderr)}`];
  };

  it("are set as they are, whatever their order and whatever stands in them", () => {
    const value = "a'b \"$(id)` = $HOME \\\n*;\n";
    assert.deepEqual(takes({ three: "x=y", one: value }), [0, `${value}||x=y|`]);
    assert.deepEqual(takes({ one: "", two: "?", three: "" }), [0, "|?||"]);
  });

  for (const [wrong, words, said] of [
    ["that is missing", ["one=1"], "the argument three is missing"],
    ["that is unknown", ["one=1", "three=3", "four=4"], "there is no argument four"],
    ["that is given twice", ["one=1", "three=3", "one=2"], "the argument one was given twice"],
    ["without a name", ["one=1", "three=3", "PATH"], "there is no argument PATH"],
    ["without a value", ["one=1", "three"], "there is no argument three"],
  ] as const)
    it(`are refused with one ${wrong}`, () => {
      assert.deepEqual(takes(words), [2, `socle: ${said}\n`]);
    });
});
