// The plan and verdict of the example for production, as the comment on a pull request shows them.
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { page, type Section } from "../../../operations/pipeline/markdown.ts";
import { Project } from "../../lab/project.ts";
import { pipelineHere } from "../../lab/pipeline.ts";

describe("the plan on a pull request", function () {
  this.timeout(300_000);
  let project: Project;
  before(async () => {
    project = await Project.create();
  });
  after(() => project.remove());

  async function planned(
    changes: Record<string, unknown> = {},
  ): Promise<{ code: number; section: Section; summary: string }> {
    await project.configure(changes);
    const file = join(project.folder, "plan", "production.json");
    const { code, summary } = await pipelineHere(["preview", "--stack", "production", "--output", file], {
      directory: project.folder,
      environment: project.variables,
    });
    return { code, summary, section: JSON.parse(await readFile(file, "utf8")) as Section };
  }

  it("names what breaks a rule, with the mend, and still shows what would change", async () => {
    const { code, section, summary } = await planned({ "site.rateLimit.enabled": false });
    assert.equal(code, 1);
    assert.match(section.head, /^### ❌ production is refused: 3 to mend\n/);
    assert.match(section.head, /^\| ❌ DJ-06 \| `site` \| .*→ .*rateLimit.*\|$/m);
    assert.match(section.head, /^\| \+ create \| `nginx` \| docker:Container \| {2}\|$/m);
    assert.match(summary, /❌ production is refused/);
  });

  it("waits for evidence of an image to come, and is not refused for it", async () => {
    await rm(join(project.folder, "evidence"), { recursive: true });
    const { code, section } = await planned();
    assert.equal(code, 0, section.text);
    assert.match(
      section.head,
      /^### ✅ production changes: \d+ to create\n\n⏳ Evidence to come before an image goes out there: \d+\./,
    );
    assert.match(section.head, /^\| ⏳ EVD-03 \| `site` \| /m);
    // Both stacks of this size fit a comment, with every change named.
    const body = page("## What this changes", [section, section], 65_536);
    assert.ok(Buffer.byteLength(body) <= 65_536);
    assert.equal([...body.matchAll(/^\| \+ create \| `nginx` \| docker:Container/gm)].length, 2);
  });

  it("shows errors that come before any policy", async () => {
    const { code, section } = await planned({ "site.domains.0": "not a domain" });
    assert.equal(code, 1);
    assert.match(section.head, /^### ❌ production is refused\n\n```\n[^]*site\.domains/);
  });
});
