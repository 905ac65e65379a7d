import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { afterEach, beforeEach, describe, it } from "mocha";

import { Token } from "../../lab/token.ts";

const module = pathToFileURL(join(import.meta.dirname, "..", "..", "lab", "token.ts")).href;

describe("the token of a quiet machine", () => {
  let folder: string;
  let file: string;
  const others: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "socle-token-"));
    file = join(folder, "lock");
  });
  afterEach(() => {
    for (const other of others.splice(0)) other.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  /** Another process that has it until it is killed. */
  const holder = async (): Promise<ChildProcess> => {
    const script = `import { Token } from "${module}"; await new Token("${file}").take(); console.log("has it"); setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    others.push(other);
    await once(other.stdout, "data");
    return other;
  };
  /** Whether it came within a process's start, at which it comes where nobody has it. */
  const taken = async (wanted: Promise<unknown>): Promise<boolean> => {
    let came = false;
    void wanted.then(() => (came = true));
    const probe = spawn("flock", ["--nonblock", file, "true"], { stdio: "ignore" });
    await once(probe, "exit");
    await turn();
    return came;
  };

  it("is another process's until that gives it back, be it by its death", async () => {
    const other = await holder();
    const wanted = new Token(file).take();
    assert.equal(await taken(wanted), false);
    other.kill("SIGKILL");
    (await wanted)();
  });

  it("is taken again by who has it, and given back with the last share", async () => {
    const token = new Token(file);
    const [first, second] = [await token.take(), await token.take()];
    first();
    first();
    const wanted = new Token(file).take();
    assert.equal(await taken(wanted), false);
    second();
    (await wanted)();
  });

  it("is an error where it cannot be had", async () => {
    const token = new Token(join(folder, "no", "such", "folder"));
    await assert.rejects(token.take(), /flock .*\/no\/such\/folder ended with 66/);
  });
});
