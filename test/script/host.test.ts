// The door to a host: what scripts answer, and what becomes of those that fail.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { after, before, describe, it } from "mocha";

import { Host, HostError } from "../../connection/host.ts";
import { docker, Folder } from "./machine.ts";

describe("a host", () => {
  const container = `socle-test-${randomBytes(4).toString("hex")}`;
  const host = new Host({ type: "local", socket: "unix:///var/run/docker.sock" });
  const folder = new Folder();
  /** A script whose words say what it does. */
  const script = "exec.sh";
  const words = (command: string): string[] => [container, "sh", "-c", command];
  const failed = (facts: object) => (error: unknown) => {
    assert.ok(error instanceof HostError);
    assert.deepEqual([error.code, error.facts], ["script.failed", { script, ...facts }]);
    return true;
  };
  before(() => {
    docker("run", "--detach", "--name", container, "--network=none", "--init", "postgres:15", "sleep", "300");
  });
  after(() => {
    docker("rm", "--force", "--volumes", container);
    folder.remove();
  });

  it("is asked: a script gets its input, and its output comes back as it is", async () => {
    assert.equal(
      await host.ask(script, words("cat; echo; echo ' end '"), { input: "it's\t$1\n" }),
      "it's\t$1\n\n end \n",
    );
  });

  it("answers by an exit status too, where that is an answer", async () => {
    assert.deepEqual(await host.answer(script, words("echo held; exit 3"), [0, 3]), { status: 3, output: "held\n" });
    await assert.rejects(host.answer(script, words("exit 4"), [0, 3]), failed({ end: 4, said: "" }));
  });

  it("has a failure told with its exit status and with what the script said", async () => {
    await assert.rejects(
      host.ask(script, words("echo out; echo no room >&2; exit 7")),
      failed({ end: 7, said: "no room" }),
    );
  });

  it("is given up where it does not answer in its time", async () => {
    await assert.rejects(
      host.ask(script, words("sleep 60"), { seconds: 1 }),
      failed({ end: "gave no answer within 1 s", said: "" }),
    );
  });

  it("is read from and written to as it goes", async () => {
    const { input, output, ended } = host.stream(script, words('while read -r line; do echo "<$line>"; done'));
    input.write("one\n");
    input.end("two\n");
    assert.equal(await text(output), "<one>\n<two>\n");
    await ended();
    const broken = host.stream(script, words("exit 9"));
    broken.output.resume();
    await assert.rejects(broken.ended(), failed({ end: 9 }));
    await broken.ended(() => true);
  });

  it("has its output saved to a file that is there only once it is whole", async () => {
    const file = join(folder.path, "saved");
    await assert.rejects(host.save(script, words("echo part; exit 1"), file), failed({ end: 1 }));
    assert.deepEqual([existsSync(file), existsSync(`${file}.part`)], [false, false]);
    await host.save(script, words("printf 'all\\n\\n'"), file);
    assert.equal(readFileSync(file, "utf8"), "all\n\n");
  });
});
