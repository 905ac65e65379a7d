// lock.sh: one holder at a time, by the host's clock, whoever asks at the same moment.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { after, before, describe, it } from "mocha";

import { Folder, runScript, scripts } from "./machine.ts";

type Fields = Record<string, string>;

describe("lock.sh", function () {
  this.timeout(300_000);
  let folder: Folder;
  let environment: Record<string, string>;
  before(() => {
    folder = new Folder();
    environment = { SOCLE_STATE: join(folder.path, "state") };
  });
  after(() => {
    folder.remove();
  });

  const lock = (stack: string, ...words: string[]): { status: number | null; fields: Fields; said: string } => {
    const { status, stdout, stderr } = runScript("lock.sh", [stack, ...words], { environment });
    const lines = stdout.toString().split("\n").filter(Boolean);
    const fields: Fields = Object.fromEntries(
      lines.map((line) => [line.replace(/=.*/, ""), line.replace(/^\w+=/, "")]),
    );
    return { status, fields, said: stderr.toString() };
  };
  const take = (stack: string, id: string, { kind = "deployment", key = id, lease = "60", wait = "0" } = {}) =>
    lock(stack, "take", id, kind, key, lease, wait, `${id}@machine`, "pulumi up", "");

  it("is taken once: who comes second is told who holds it, and changes nothing", () => {
    assert.equal(take("one", "alice").status, 0);
    const { status, fields } = take("one", "bob");
    assert.equal(status, 3);
    assert.deepEqual([fields["owner"], fields["reason"]], ["alice@machine", "pulumi up"]);
    assert.equal(Number(fields["until"]) - Number(fields["since"]), 60);
    assert.equal(lock("one", "show").fields["id"], "alice");
  });

  it("is another one for another stack", () => {
    assert.equal(take("two", "bob").status, 0);
  });

  it("is given back by who holds it alone, and leaves nothing", () => {
    take("three", "alice");
    lock("three", "release", "bob");
    assert.equal(take("three", "bob").status, 3);
    lock("three", "release", "alice");
    assert.ok(!existsSync(join(environment["SOCLE_STATE"] ?? "", "three")));
    assert.equal(take("three", "bob").status, 0);
  });

  it("frees itself when it is not renewed, and the next is told whose did not end", async () => {
    take("four", "alice", { lease: "1" });
    await sleep(2100);
    assert.deepEqual(lock("four", "show").fields, {});
    const { status, fields } = take("four", "bob");
    assert.equal(status, 0);
    assert.equal(fields["former_owner"], "alice@machine");
    // It is not taken back by one that was thought dead.
    assert.equal(lock("four", "renew", "alice", "60").status, 4);
    assert.equal(lock("four", "show").fields["id"], "bob");
  });

  it("is kept by renewing it", async () => {
    take("five", "alice", { lease: "2" });
    await sleep(1500);
    assert.equal(lock("five", "renew", "alice", "60").status, 0);
    await sleep(1000);
    assert.equal(take("five", "bob").status, 3);
  });

  it("is taken over at once by the next deployment of the same state, which Pulumi lets in one at a time", () => {
    take("six", "first", { key: "state" });
    const { status, fields } = take("six", "second", { key: "state" });
    assert.deepEqual([status, fields["former_owner"]], [0, "first@machine"]);
  });

  it("held by hand stops that too, without end, until it is broken", () => {
    take("seven", "alice", { kind: "freeze", key: "state", lease: "0" });
    const { status, fields } = take("seven", "bob", { key: "state" });
    assert.deepEqual([status, fields["until"]], [3, "0"]);
    lock("seven", "break");
    assert.equal(take("seven", "bob").fields["former_owner"], undefined);
  });

  it("lets in who comes with its id: a command's own deployment", () => {
    take("eight", "alice", { kind: "operation" });
    const { status, fields } = take("eight", "alice");
    assert.deepEqual([status, fields["joined"], fields["kind"]], [0, "yes", "operation"]);
  });

  it("is waited for a while", () => {
    take("nine", "alice", { lease: "1" });
    assert.equal(take("nine", "bob", { wait: "4" }).status, 0);
  });

  it("keeps text of several lines in one, so that none is taken for a field", () => {
    const words = ["take", "id", "deployment", "key", "60", "0", "me\nid=evil", "why\nuntil=0", ""];
    assert.equal(lock("ten", ...words).fields["id"], "id");
    assert.equal(lock("ten", "show").fields["owner"], "me id=evil");
  });

  for (const [how, programs] of [
    ["with flock", undefined],
    ["without it", ["sh", "awk", "sed", "cat", "mv", "rm", "mkdir", "rmdir", "date", "sleep", "id", "tr", "dirname"]],
  ] as const)
    it(`is taken by one of twenty that ask at once, ${how}`, async () => {
      const path = programs ? { PATH: folder.only(...programs) } : {};
      const stack = `crowd-${how.replaceAll(" ", "-")}`;
      const statuses = await Promise.all(
        Array.from({ length: 20 }, (_, index) => {
          const words = [
            stack,
            "take",
            `id${String(index)}`,
            "deployment",
            `key${String(index)}`,
            "60",
            "0",
            "x",
            "y",
            "",
          ];
          const child = spawn("/bin/sh", [join(scripts, "run.sh"), "lock.sh", ...words], {
            stdio: ["ignore", "ignore", "inherit"],
            env: { ...process.env, ...environment, ...path },
          });
          return new Promise<number | null>((resolve) => child.on("exit", resolve));
        }),
      );
      assert.deepEqual(statuses.filter((status) => status === 0).length, 1, statuses.join(" "));
      assert.ok(
        statuses.every((status) => status === 0 || status === 3),
        statuses.join(" "),
      );
      assert.deepEqual(readdirSync(join(environment["SOCLE_STATE"] ?? "", stack)), ["lock"]);
    });
});
