// Which release a rollback goes back to, and what it changes in the stack file.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, it } from "mocha";
import { parse } from "yaml";

import { described } from "../../../operations/commands/rollback.ts";
import type { Release } from "../../../operations/release-history.ts";
import { isSame, planRollback } from "../../../operations/rollback-plan.ts";
import { StackDocument } from "../../../operations/stack-document.ts";

function release(number: number, image: string, result: Release["result"] = "succeeded"): Release {
  const digest = `sha256:${String(number).repeat(64).slice(0, 64)}`;
  return {
    ...{ number, result, content: image, when: "2026-11-24T12:00:00Z", who: "", link: "", reason: "" },
    ...{ heads: { before: "", after: "" }, nginx: "", previous: "", hash: "" },
    released: {
      image,
      digest,
      release: `hash${number}-abc`,
      settings: {
        application: { image, workers: number, environment: { GREETING: "hello" } },
        site: { domains: ["a.example.org"] },
      },
    },
  };
}

describe("a rollback", () => {
  const name = "trial";
  let project: { name: string; folder: string };
  let file: string;
  beforeEach(() => {
    project = { name: "socle", folder: mkdtempSync(join(tmpdir(), "socle-rollback-")) };
    file = join(project.folder, `Pulumi.${name}.yaml`);
    writeFileSync(file, text);
  });
  afterEach(() => {
    rmSync(project.folder, { recursive: true });
  });
  const text = `config:
  # What visitors type.
  socle:site: { domains: [a.example.org] }
  socle:application:
    image: site:3 # by digest in production
    # As many as cores.
    workers: 3
    environment:
      GREETING: hello
      LATER: "yes"
  socle:postgres:
    memory: 1024
  secrets:TOKEN:
    secure: v1:abc
`;
  const three = [release(1, "site:1"), release(2, "site:2"), release(3, "site:3")];
  const plan = (releases: Release[], wanted?: string) =>
    planRollback({ releases, flaws: [] }, new StackDocument(name, project), wanted);
  const settled = (): void => {
    writeFileSync(file, text.replace('      LATER: "yes"\n', ""));
  };

  it("goes to the release before the one that serves", () => {
    settled();
    const { current, target, changes } = plan(three);
    assert.deepEqual([current.number, target.number], [3, 2]);
    assert.deepEqual(changes, [
      { path: ["application", "image"], from: "site:3", to: "site:2" },
      { path: ["application", "workers"], from: 3, to: 2 },
    ]);
  });

  it("goes to what serves, where the release after it failed or the stack file has moved on", () => {
    settled();
    const failed = plan([...three, release(4, "site:4", "failed")]);
    assert.deepEqual([failed.target.number, failed.latest.number], [3, 4], "whose migrations may have run");
    writeFileSync(file, text);
    const { target, changes } = plan(three);
    assert.equal(target.number, 3);
    assert.deepEqual(changes, [{ path: ["application", "environment", "LATER"], from: "yes", to: undefined }]);
  });

  it("goes past releases in which only what belongs to the stack changed, which it would not bring back", () => {
    settled();
    const [, , last] = three;
    const resized = {
      ...release(4, "site:3"),
      content: "another",
      released: { ...last!.released, settings: { ...last!.released.settings, postgres: { memory: 1024 } } },
    };
    assert.equal(plan([...three, resized]).target.number, 2);
    assert.ok(isSame(resized, last!));
    const rebuilt = { ...resized, released: { ...resized.released, digest: `sha256:${"f".repeat(64)}` } };
    assert.equal(plan([...three, rebuilt]).target.number, 3);
  });

  it("goes to the one that is named: by number, image, digest or hash, and never to one that failed", () => {
    const four = [...three, release(4, "site:four", "failed")];
    for (const wanted of ["1", "site:1", "sha256:1111", "111111", "hash1-abc"])
      assert.equal(plan(four, wanted).target.number, 1, wanted);
    for (const wanted of ["4", "9", "site", "site:four"])
      assert.throws(() => plan(four, wanted), {
        code: "rollback.no-such-release",
        facts: { wanted, releases: [1, 2, 3] },
      });
  });

  it("says that there is nothing to go back to", () => {
    assert.throws(() => plan([]), { code: "rollback.no-release" });
    settled();
    assert.throws(() => plan([release(3, "site:3")]), { code: "rollback.first-release", facts: { number: 3 } });
  });

  it("shows a command for the schema in which a name is one word, whatever stands in the record", () => {
    settled();
    const migrated = three.map((each, at) => ({ ...each, heads: { before: "", after: `shop.000${String(at + 1)}` } }));
    const failed = { ...release(4, "site:4'; touch x; '", "failed"), heads: { before: "", after: "shop.0004" } };
    const shown = described(plan([...migrated, failed], "2")).join("\n");
    assert.match(shown, /socle migrations reverse shop\.0002 --image 'site:4'\\''; touch x; '\\'''$/m);
  });

  it("changes in the stack file what differs and nothing else: comments, form and secrets stay", () => {
    const document = new StackDocument(name, project);
    const { changes } = planRollback({ releases: three, flaws: [] }, document, "2");
    document.apply(changes.filter(({ to }) => to !== undefined));
    document.write();
    const values = text.replace("image: site:3", "image: site:2").replace("workers: 3", "workers: 2");
    assert.equal(readFileSync(file, "utf8"), values);
    document.restore();
    assert.equal(readFileSync(file, "utf8"), text);

    // What comes or goes has the file written anew; what else there is in it stays.
    document.apply(changes);
    document.write();
    const after = readFileSync(file, "utf8");
    assert.ok(after.includes("# As many as cores.") && after.includes("# by digest in production"), after);
    assert.deepEqual(parse(after), parse(values.replace('      LATER: "yes"\n', "")));
  });

  it("says that the stack file is not here, or is none", () => {
    assert.throws(() => new StackDocument("nobody"), {
      code: "stack-file.missing",
      facts: { file: "Pulumi.nobody.yaml", stack: "nobody" },
    });
    writeFileSync(file, "config: [\n");
    assert.throws(() => new StackDocument(name, project), { code: "stack-file.not-yaml" });
  });
});
