// With the real engine: no way round the policies.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { type Preview, Project } from "../../lab/project.ts";

/** An edit of the program that no setting could bring about. */
const unsafe = (text: string): string => text.replace("init: false,", "init: false,\n      privileged: true,");

describe("a production stack, previewed", function () {
  this.timeout(120_000);
  let project: Project;
  before(async () => {
    project = await Project.create();
  });
  after(() => project.remove());

  const refused = ({ code, said }: Preview, ...words: RegExp[]): void => {
    assert.notEqual(code, 0, said);
    for (const word of words) assert.match(said, word);
    // Nothing but the gate itself is planned.
    assert.doesNotMatch(said, /docker:index:Container/);
  };
  const notAttached =
    /policies: the policies are not attached, and a stack of the tier production is not touched without them; nothing was changed\.\n\s+→ Add `--policy-pack policies`/;
  const notThese =
    /policies: the policies that are attached are not those of this version \(found [0-9a-f]{16}, expected [0-9a-f]{16}\)/;

  it("passes with the policies, by the environment and by the flag, and shows what is waived", async () => {
    for (const options of [{}, { pack: "", args: ["--policy-pack", "policies"] }]) {
      const { code, said } = await project.preview({}, options);
      assert.equal(code, 0, said);
      assert.match(said, /\[advisory\] \[severity: critical\] {2}BAK-02 .*: site\)/);
      assert.match(said, /\(waived until \d{4}-\d\d-\d\d by admin@example\.org: /);
      assert.match(said, /docker:index:Container nginx/);
      assert.doesNotMatch(said, /is not known before|can't run policy/);
    }
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
      const { code, said } = await project.preview({}, { pack: "laws" });
      assert.equal(code, 0, said);
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
    await project.with("components/container.ts", unsafe, () =>
      project.with("policies/rules/ctr-01-privileged.ts", weakened, async () => {
        refused(await project.preview(), notThese);
      }),
    );
  });

  it("is refused where a policy configuration switches them off or weakens them", async () => {
    const file = join(project.folder, "levels.json");
    for (const levels of [{ all: "disabled" }, { socle: "disabled" }, { socle: "advisory" }]) {
      await writeFile(file, JSON.stringify(levels));
      refused(await project.preview({}, { args: ["--policy-pack-config", file] }), notAttached);
    }
  });

  it("is refused for an edit of the program that breaks a rule, container by container", async () => {
    await project.with("components/container.ts", unsafe, async () => {
      const { code, said } = await project.preview();
      assert.notEqual(code, 0);
      for (const name of ["postgres", "redis", "socle-production-backend", "nginx", "certbot"])
        assert.match(said, new RegExp(`\\[mandatory\\] \\[severity: critical\\] {2}CTR-01 .*: ${name}\\)`));
      assert.match(said, /No container is privileged\.\n\s+privileged: found true\n\s+→ Remove `privileged`/);
    });
  });

  it("is refused where a waiver has ended, for the waiver and for what it waived", async () => {
    const { code, said } = await project.preview({ "policies.waivers.0.expires": "2026-01-31" });
    assert.notEqual(code, 0);
    assert.match(said, /\[mandatory\] .*WVR-01 .*\n.*\n\s+policies\.waivers\.0: BAK-02 for site ended on 2026-01-31\n/);
    assert.match(said, /\[mandatory\] \[severity: critical\] {2}BAK-02 /);
  });

  it("is refused where a command shows what it is given in secret, even while it cannot be told what that is", async () => {
    const talking = (text: string): string =>
      text.replace('args.secret ? "stderr" : "stdoutAndStderr"', '"stdoutAndStderr"');
    await project.with("components/remote-task.ts", talking, async () => {
      const { code, said } = await project.preview();
      assert.notEqual(code, 0);
      for (const name of [
        "postgres-secret-files",
        "redis-password",
        "postgres-database",
        "application-environment-file",
      ])
        assert.match(
          said,
          new RegExp(
            `\\[mandatory\\] \\[severity: critical\\] {2}SSH-02 .*: ${name}\\)\\n.*\\n\\s+stdin: is not known before`,
          ),
        );
      assert.doesNotMatch(said, /SSH-02 .*: migrate\)/);
    });
  });

  it("is refused where a rule cannot be decided yet, since what it reads comes from elsewhere", async () => {
    const unknown = (text: string): string => text.replace('ipcMode: "private"', "ipcMode: args.image.imageId");
    await project.with("components/container.ts", unknown, async () => {
      const { code, said } = await project.preview();
      assert.notEqual(code, 0);
      assert.match(said, /\[mandatory\] .*CTR-08 .*\n.*\n\s+ipcMode: is not known before `pulumi up`/);
    });
  });
});
