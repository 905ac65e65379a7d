// The last step of a destroy on a real engine: which volumes go, which stay, and when none does.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { after, afterEach, before, beforeEach, describe, it } from "mocha";

import { docker, Folder, runScript } from "./machine.ts";

const image = "nginx:1.26";

describe("the last step of a destroy", function () {
  this.timeout(300_000);
  let folder: Folder;
  let stack: string;
  before(() => {
    folder = new Folder();
  });
  after(() => {
    folder.remove();
  });
  beforeEach(() => {
    stack = `socle-test-${randomBytes(4).toString("hex")}`;
    mkdirSync(join(folder.path, stack));
    writeFileSync(record(), "{}\n");
    docker("volume", "create", "--label", `socle.stack=${stack}`, `${stack}-postgres`);
    // As after it was copied back by hand.
    docker("volume", "create", `${stack}-media`);
    // Of another stack, whose name begins as this one's.
    docker("volume", "create", "--label", `socle.stack=${stack}-2`, `${stack}-2-postgres`);
  });
  afterEach(() => {
    const containers = docker("ps", "--all", "--quiet", "--filter", `name=${stack}`);
    if (containers !== "") docker("rm", "--force", "--volumes", ...containers.split("\n"));
    docker("volume", "rm", ...volumes());
  });

  const record = (): string => join(folder.path, stack, "releases.jsonl");
  const volumes = (): string[] => docker("volume", "ls", "--quiet", "--filter", `name=${stack}`).split("\n").sort();
  const all = (): string[] => [`${stack}-2-postgres`, `${stack}-media`, `${stack}-postgres`];
  const destroy = (data: "keep" | "remove"): { status: number | null; said: string } => {
    const { status, stdout, stderr } = runScript("destroy.sh", [stack, data, "postgres", "media", "backups"], {
      environment: { SOCLE_STATE: folder.path },
    });
    return { status, said: `${stdout.toString()}${stderr.toString()}` };
  };

  it("with `keep` removes nothing, and names what stays", () => {
    const { status, said } = destroy("keep");
    assert.equal(status, 0, said);
    assert.deepEqual(said.split("\n").slice(1, 3), [`  ${stack}-media`, `  ${stack}-postgres`]);
    assert.deepEqual(volumes(), all());
    assert.ok(existsSync(record()));
  });

  it("with `remove` removes what has the stack's label or name, the record of releases, and nothing else", () => {
    assert.deepEqual(destroy("remove"), { status: 0, said: "" });
    assert.deepEqual(volumes(), [`${stack}-2-postgres`]);
    assert.ok(!existsSync(record()));
    assert.deepEqual(destroy("remove"), { status: 0, said: "" }, "where nothing is left to remove");
  });

  it("removes nothing while anybody's container uses one of them, a stopped one too, and names it", () => {
    const user = `${stack}-somebody`;
    docker("create", "--name", user, `--volume=${stack}-media:/media`, image);
    const { status, said } = destroy("remove");
    assert.equal(status, 1);
    assert.match(said, new RegExp(`^  ${user}$`, "m"));
    assert.match(said, /docker rm --force/);
    assert.deepEqual(volumes(), all());
    assert.ok(existsSync(record()));
  });

  it("removes nothing while the stack has a container", () => {
    docker("create", "--name", `${stack}-nginx`, "--label", `socle.stack=${stack}`, image);
    assert.equal(destroy("remove").status, 1);
    assert.deepEqual(volumes(), all());
  });
});
