// The parts of the night, and how one is run.
import assert from "node:assert/strict";
import { globSync } from "node:fs";

import { describe, it } from "mocha";

import { parts } from "../../night/parts.ts";
import { runPart } from "../../night/run-part.ts";
import { project } from "../../runner/tier.ts";

describe("the parts of npm run test:all", () => {
  it("take 40 minutes at most, and 150 together", () => {
    assert.deepEqual(
      parts.filter(({ minutes }) => minutes > 40),
      [],
    );
    assert.ok(parts.reduce((sum, { minutes }) => sum + minutes, 0) <= 150);
    assert.equal(new Set(parts.map(({ name }) => name)).size, parts.length);
  });

  it("run each test of the night once", () => {
    const run = parts.flatMap(({ commands }) =>
      commands.flatMap(([program, file]) => (program === "mocha" ? file : [])),
    );
    for (const file of globSync("test/night/**/*.test.ts", { cwd: project }))
      assert.equal(run.filter((each) => each === file).length, 1, file);
  });
});

describe("a part", function () {
  this.timeout(300_000);
  const part = (minutes: number, ...programs: string[]) =>
    runPart(
      {
        ...{ name: "trial", shows: "nothing", minutes },
        commands: programs.map((program) => ["node", "--eval", program]),
      },
      () => undefined,
    );

  it("passes where all of its commands do", async () => {
    assert.deepEqual(await part(1, "", ""), []);
  });

  it("goes on after one that failed, and names what did", async () => {
    const failed = await part(1, 'console.log("  1) a title\\nother"); process.exit(3)', "process.exit(4)");
    assert.deepEqual(
      failed.map((line) => line.replace(/^node --eval .*: /, "")),
      ["ended with 3", "1) a title", "ended with 4"],
    );
  });

  it("ends what takes too long as Ctrl-C does, and does not begin the rest", async () => {
    const late = await part(0.01, 'process.on("SIGINT", () => process.exit(0)); setInterval(() => {}, 1000)', "");
    assert.equal(late.length, 2);
    assert.match(late[0] ?? "", /: not done within 0\.01 min$/);
    assert.match(late[1] ?? "", /: not begun within 0\.01 min$/);
  });
});
