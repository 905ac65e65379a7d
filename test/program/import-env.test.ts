// `socle import env` with the real CLI: what is asked, and what a stack has afterwards.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { Operator } from "../lab/operator.ts";
import { TestStack } from "../lab/stack.ts";

describe("socle import env", function () {
  this.timeout(300_000);
  let stack: TestStack;
  let operator: Operator;
  let folder: string;
  before(async () => {
    stack = await TestStack.create({ application: { environment: { MODE: "old" } } }, { API_KEY: "the former one" });
    operator = new Operator(stack);
    folder = await mkdtemp(join(tmpdir(), "socle-import-"));
  });
  after(async () => {
    await stack.forget();
    await rm(folder, { recursive: true, force: true });
  });

  it("shows a plan, asks, and writes secrets encrypted; what the stack has otherwise stays unless told", async () => {
    const file = join(folder, "site.env");
    await writeFile(file, "PAYMENT_TOKEN=it's $5\nAPI_KEY=another one\nMODE=live\nGREETING=hello\nWEB_CONCURRENCY=2\n");
    const before = await readFile(stack.file, "utf8");
    const plan = await operator.socle(["import", "env", file, "--plan"]);
    assert.match(plan.stdout, /PAYMENT_TOKEN +secrets:PAYMENT_TOKEN\n/);
    assert.match(plan.stdout, /API_KEY .*another value, which stays/);
    assert.ok(!/it's|another one|hello/.test(plan.stdout), "no value is shown");
    const unasked = await operator.socle(["import", "env", file], { check: false });
    assert.equal(unasked.code, 1);
    assert.match(unasked.stderr, /Add --yes/);
    assert.equal(await readFile(stack.file, "utf8"), before, "a plan changes nothing");

    const asked = await operator.terminal(
      ["import", "env", file],
      [
        ["wait", "Take 3 into stack"],
        ["type", "y\r"],
        ["wait", "Taken: 3"],
      ],
    );
    assert.equal(asked.code, 0, asked.stdout);
    const written = await readFile(stack.file, "utf8");
    assert.ok(!written.includes("it's $5"), "in clear");
    assert.match(written, /GREETING: hello/);
    assert.match(written, /MODE: old/);
    const { stdout } = await stack.pulumi(["config", "--show-secrets", "--json"]);
    const config = JSON.parse(stdout) as Record<string, { value: string; secret: boolean }>;
    assert.deepEqual(config["secrets:PAYMENT_TOKEN"], { value: "it's $5", secret: true });
    assert.equal(config["secrets:API_KEY"]?.value, "the former one");

    const again = await operator.json<{ taken: number; variables: { variable: string; state?: string }[] }>([
      "import",
      "env",
      file,
      "--overwrite",
      "--yes",
    ]);
    assert.equal(again.taken, 2);
    assert.deepEqual(
      again.variables.map(({ variable, state }) => `${variable} ${String(state)}`),
      ["API_KEY differs", "GREETING same", "MODE differs", "PAYMENT_TOKEN same", "WEB_CONCURRENCY same"],
    );
    assert.match(await readFile(stack.file, "utf8"), /MODE: live/);
  });
});
