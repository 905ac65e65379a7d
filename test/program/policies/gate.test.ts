// With the real engine: no way round the policies. The least program that they guard, and the site's own.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { type Preview, Project } from "../../lab/project.ts";

function refused({ code, said }: Preview, ...words: RegExp[]): void {
  assert.notEqual(code, 0, said);
  for (const word of words) assert.match(said, word);
  // Nothing but the gate itself is planned.
  assert.doesNotMatch(said, /docker:index:Container/);
}
const notAttached =
  /policies: the policies are not attached, and a stack of the tier production is not touched without them; nothing was changed\.\n\s+→ Add `--policy-pack policies`/;
const notThese =
  /policies: the policies that are attached are not those of this version \(found [0-9a-f]{16}, expected [0-9a-f]{16}\)/;

describe("a production stack, previewed", function () {
  this.timeout(300_000);
  let project: Project;
  before(async () => {
    project = await Project.create(join(import.meta.dirname, "guarded-program.ts"));
  });
  after(() => project.remove());

  const passed = ({ code, said }: Preview): void => {
    assert.equal(code, 0, said);
    assert.match(said, /docker:index:Container watch/);
    assert.doesNotMatch(said, /\[mandatory\]|is not known before|can't run policy/);
  };

  it("passes with the policies, by the environment and by the flag", async () => {
    passed(await project.preview());
    passed(await project.preview({}, { pack: "", args: ["--policy-pack", "policies"] }));
  });

  it("is refused without the policies", async () => {
    refused(await project.preview({}, { pack: "" }), notAttached);
  });

  it("is refused where the policies were deleted or renamed", async () => {
    await project.renamed("policies", "laws", async () => {
      refused(await project.preview(), /policies/);
      refused(await project.preview({}, { pack: "" }), notAttached);
    });
  });

  it("passes with the same policies under another name", async () => {
    await project.renamed("policies", "laws", async () => {
      passed(await project.preview({}, { pack: "laws" }));
    });
  });

  it("is refused where the policies were emptied", async () => {
    const emptied = (text: string): string => text.replace(/(readonly Rule\[\] = \[)[^\]]*\]/, "$1]");
    await project.with("policies/catalogue.ts", emptied, async () => {
      refused(await project.preview(), notThese);
    });
    const bare = 'import { PolicyPack } from "@pulumi/policy";\nnew PolicyPack("socle", { policies: [] });\n';
    await project.with(
      "policies/index.ts",
      () => bare,
      async () => {
        refused(await project.preview(), notAttached);
      },
    );
  });

  it("is refused where a rule was weakened", async () => {
    const weakened = (text: string): string => text.replace("when(privileged,", "when(false && privileged,");
    await project.with("policies/rules/ctr-01-privileged.ts", weakened, async () => {
      refused(await project.preview(), notThese);
    });
  });

  it("is refused where a policy configuration switches them off or weakens them", async () => {
    const file = join(project.folder, "levels.json");
    for (const levels of [{ all: "disabled" }, { socle: "disabled" }, { socle: "advisory" }]) {
      await writeFile(file, JSON.stringify(levels));
      refused(await project.preview({}, { args: ["--policy-pack-config", file] }), notAttached);
    }
  });

  it("is refused where a rule cannot be decided yet, since what it reads comes from elsewhere", async () => {
    const { code, said } = await project.preview({}, { variables: { GUARDED_PROGRAM: "undecided" } });
    assert.notEqual(code, 0);
    assert.match(said, /\[mandatory\] .*CTR-08 .*: watch\)\n.*\n\s+ipcMode: is not known before `pulumi up`/);
  });
});

describe("the site's own program, previewed for production", function () {
  this.timeout(300_000);
  let project: Project;
  before(async () => {
    project = await Project.create();
  });
  after(() => project.remove());

  it("is refused without the policies", async () => {
    refused(await project.preview({}, { pack: "" }), notAttached);
  });
});
