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

  const refused: [tag: string, code: string][] = [
    ["1.4.0", "pipeline.no-version"],
    ["v1.4", "pipeline.no-version"],
    ["v01.4.0", "pipeline.no-version"],
    ["v1.4.0\n", "pipeline.no-version"],
    ["vnext", "pipeline.no-version"],
    ["v1.4.0-rc.1", "pipeline.pre-release"],
    ["v1.4.0+build.7", "pipeline.build-metadata"],
  ];
  for (const [tag, code] of refused)
    it(`refuses ${JSON.stringify(tag)} and says how to name a release`, () => {
      assert.throws(() => version(tag), { code });
    });

  it("names a commit's image by all its digits", () => {
    const commit = "0123456789abcdef0123456789abcdef01234567";
    assert.equal(commitTag(commit), `sha-${commit}`);
    for (const wrong of ["", "0123456", `${commit}0`, commit.toUpperCase()])
      assert.throws(() => commitTag(wrong), { code: "pipeline.no-commit", facts: { commit: wrong } });
  });
});
