import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "mocha";
import { docker } from "../../lab/command.ts";
import { LABEL, createNetwork, leftovers, sweep } from "../../lab/network.ts";

describe("network of the lab", function () {
  this.timeout(300_000);

  it("leaves nothing behind, whatever is still running", async () => {
    const other = await createNetwork();
    const label = `${LABEL}=${other.run}`;
    const guest = `${other.run}-guest`;
    await docker([
      "run",
      "--detach",
      "--rm",
      "--name",
      guest,
      "--network",
      other.name,
      "debian:trixie-slim",
      "sleep",
      "60",
    ]);
    try {
      await docker([
        "run",
        "--detach",
        "--name",
        other.nextName("idle"),
        "--label",
        label,
        "debian:trixie-slim",
        "sleep",
        "60",
      ]);
      await docker(["volume", "create", "--label", label, other.nextName("data")]);
      assert.deepEqual(
        (await leftovers(other.run)).map((line) => line.split(" ")[0]),
        ["container", "network", "volume", "folder"],
      );
      await sweep(other.run);
      assert.deepEqual(await leftovers(other.run), []);
      assert.ok(!existsSync(other.directory));
    } finally {
      await docker(["rm", "--force", "--volumes", guest]);
    }
  });
});
