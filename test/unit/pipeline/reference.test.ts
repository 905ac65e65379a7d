// What branches and tags mean for an image.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { commitTag, imageTag, version } from "../../../operations/pipeline/reference.ts";

describe("references of the pipeline", () => {
  it("names images of branches and versions", () => {
    const named = ["refs/heads/develop", "refs/heads/main", "refs/heads/feature/main", "refs/tags/v1.4.0"].map(
      imageTag,
    );
    assert.deepEqual(named, ["latest", "staging", undefined, "1.4.0"]);
  });

  it("takes versions", () => {
    assert.deepEqual(["v0.0.1", "v1.4.0", "refs/tags/v10.20.30"].map(version), ["0.0.1", "1.4.0", "10.20.30"]);
  });

  const refused: [tag: string, reason: RegExp][] = [
    ["1.4.0", /is no version/],
    ["v1.4", /is no version/],
    ["v01.4.0", /is no version/],
    ["v1.4.0\n", /is no version/],
    ["vnext", /is no version/],
    ["v1.4.0-rc.1", /is a pre-release \(rc\.1\)/],
    ["v1.4.0+build.7", /has build metadata/],
  ];
  for (const [tag, reason] of refused)
    it(`refuses ${JSON.stringify(tag)} and says how to name a release`, () => {
      assert.throws(() => version(tag), reason);
      assert.throws(() => version(tag), /nothing was changed\.\n {4}→ .*git tag v1\.4\.0/);
    });

  it("names a commit's image by all its digits", () => {
    const commit = "0123456789abcdef0123456789abcdef01234567";
    assert.equal(commitTag(commit), `sha-${commit}`);
    for (const wrong of ["", "0123456", `${commit}0`, commit.toUpperCase()])
      assert.throws(() => commitTag(wrong), /is no commit/);
  });
});
