// What `socle status` asks a host.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { after, describe, it } from "mocha";

import { docker, runScript } from "./machine.ts";

describe("the status of a stack", function () {
  this.timeout(60_000);
  const stack = `socle-status-${randomBytes(3).toString("hex")}`;
  const made: string[] = [];
  const start = (ending: string, ...words: string[]): string => {
    const name = `${stack}-${ending}`;
    const common = ["--detach", `--name=${name}`, `--label=socle.stack=${stack}`, "--network=none", "--stop-timeout=1"];
    docker("run", ...common, ...words, "--entrypoint=sleep", "redis:7", "600");
    made.push(name);
    return name;
  };
  after(() => {
    docker("rm", "--force", "--volumes", ...made);
  });

  it("asks the containers themselves that the engine did not ask yet", () => {
    const well = start("well", "--health-cmd=true", "--health-interval=30s");
    const ill = start("ill", "--health-cmd=echo no room; false", "--health-interval=30s");
    const unchecked = start("unchecked");
    const { status, stdout } = runScript("operations/status.sh", [stack]);
    assert.equal(status, 0);
    const lines = stdout.toString().split("\n");
    assert.deepEqual(
      lines.filter((line) => line.startsWith("well\t")),
      [`well\t/${well}`],
    );
    const found = lines
      .filter((line) => line.startsWith("container\t"))
      .map((line) => JSON.parse(line.split("\t")[1] ?? "") as { name: string; health: string | null })
      .map(({ name, health }) => [name, health]);
    assert.deepEqual(
      found.sort(),
      [
        [`/${ill}`, "starting"],
        [`/${unchecked}`, null],
        [`/${well}`, "starting"],
      ].sort(),
    );
  });
});
