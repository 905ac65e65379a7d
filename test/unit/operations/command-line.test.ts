// How a command ends, for people and for machines.
import assert from "node:assert/strict";
import { mock } from "node:test";

import { Command } from "commander";
import { afterEach, beforeEach, describe, it } from "mocha";

import { problems } from "../../../config/problem.ts";
import { runCommand } from "../../../operations/command-line.ts";

const problem = problems({ "trial.closed": ({ door }: { door: string }) => [`${door} is closed.`, "Open it."] });
const text = "The gate is closed.\n    → Open it.";

describe("a command that could not do what it should", () => {
  let said: string[];
  let printed: string[];
  beforeEach(() => {
    said = [];
    printed = [];
    mock.method(console, "error", (line: unknown) => said.push(String(line)));
    mock.method(console, "log", (line: unknown) => printed.push(String(line)));
  });
  afterEach(() => mock.restoreAll());

  /** Its exit status; this process's own stays as it is. */
  const ended = async (words: string[], reason?: Error): Promise<unknown> => {
    const own = process.exitCode;
    const program = new Command("trial").exitOverride().configureOutput({ writeErr: (line) => said.push(line) });
    program
      .command("open")
      .option("--json")
      .action(() => {
        if (reason) throw reason;
      });
    try {
      process.exitCode = 0;
      await runCommand(program, words);
      return process.exitCode;
    } finally {
      process.exitCode = own;
    }
  };

  it("says why on standard error, and nothing on standard output", async () => {
    assert.equal(await ended(["open"], problem("trial.closed", { door: "The gate" })), 1);
    assert.deepEqual([said, printed], [[text], []]);
  });

  it("says it with its code as JSON too, where JSON is asked for", async () => {
    assert.equal(await ended(["open", "--json"], problem("trial.closed", { door: "The gate" })), 1);
    assert.deepEqual(said, [text]);
    assert.deepEqual(JSON.parse(printed.join("\n")), { error: { code: "trial.closed", message: text } });
  });

  it("shows where an error comes from that nobody expected", async () => {
    assert.equal(await ended(["open", "--json"], new TypeError("door is undefined")), 1);
    assert.deepEqual(said, ["TypeError: door is undefined"]);
    assert.deepEqual(JSON.parse(printed.join("\n")), { error: { code: "unexpected", message: "door is undefined" } });
  });

  it("ends with 2 where it was called wrongly, and with 0 where all went well", async () => {
    assert.equal(await ended(["close"]), 2);
    assert.equal(await ended(["open"]), 0);
    assert.deepEqual(printed, []);
  });
});
