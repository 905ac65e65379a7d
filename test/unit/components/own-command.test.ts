// The container of a site's own backup command: what it has, when it comes, and that nothing of it is there unasked.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { inputsOf } from "./container.ts";
import { type Deployment, deploy, production } from "./stack.ts";

const stack = "socle-production";

describe("a site's own backup command", () => {
  let off: Deployment;
  let on: Deployment;
  before(async () => {
    const sections = production();
    const backup = {
      ...(sections["backup"] as object),
      command: ["python", "manage.py", "backup"],
      commandTimeout: 60,
    };
    off = await deploy("production", sections);
    on = await deploy("production", { ...sections, backup });
  });

  it("is not there unless it is asked for", () => {
    assert.ok(!off.containers.some(({ name }) => name === "export"));
    assert.ok(!("export" in off.outputs.services));
    const { envs, mounts } = inputsOf(off.resource("docker:Container backup"));
    assert.ok(!envs.some((each) => each.startsWith("OWN_COMMAND")));
    assert.ok(!mounts.some(({ target }) => target === "/own"));
  });

  it("runs in the application's image with its environment, as its user; the backup container shares one folder with it", () => {
    const { image, user, command, mounts } = inputsOf(on.resource("docker:Container export"));
    const backend = inputsOf(on.resource("docker:Container socle-production-backend"));
    assert.deepEqual([image, user], [backend.image, backend.user]);
    assert.deepEqual((command ?? []).slice(-6), ["sh", "/tools/own.sh", "60", "python", "manage.py", "backup"]);
    for (const mount of backend.mounts)
      assert.ok(
        mounts.some(({ target }) => target === mount.target),
        mount.target,
      );
    const shared = [`${stack}-own-backup /own`, `${stack}-backup-tools /tools ro`];
    const found = mounts.map(({ source, target, readOnly }) => `${source} ${target}${readOnly ? " ro" : ""}`);
    for (const mount of shared) assert.ok(found.includes(mount), found.join(", "));
    const backup = inputsOf(on.resource("docker:Container backup"));
    assert.ok(backup.envs.includes("OWN_COMMAND=yes"));
    assert.ok(backup.mounts.some(({ source, target }) => source === `${stack}-own-backup` && target === "/own"));
  });

  it("is replaced once the schema is the new release's: the backup before the migrations has the former one's part", () => {
    assert.ok(on.isAfter("docker:Container export", "command:Command migrate"));
    assert.ok(on.isAfter("command:Command export-healthy", "docker:Container export"));
  });
});
