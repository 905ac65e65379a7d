// The password of a running Redis: changed without a restart, and the former one ends by itself.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { after, before, describe, it } from "mocha";

import { docker, runScript } from "./machine.ts";

const image = "redis:7";
const owner = "999:999";

describe("redis/password.sh", function () {
  this.timeout(60_000);
  const name = `socle-test-${randomBytes(4).toString("hex")}`;
  const set = (password: string, seconds = 2): void => {
    const { status, stdout, stderr } = runScript("redis/password.sh", [name, name, image, owner, String(seconds)], {
      input: `${password}\n`,
    });
    assert.deepEqual([status, stdout.toString(), stderr.toString()], [0, "", ""]);
  };
  const accepts = (password: string): boolean =>
    docker("exec", "--env", `REDISCLI_AUTH=${password}`, name, "sh", "-c", "redis-cli ping 2>&1 | tail -n 1") ===
    "PONG";
  const started = (): string => docker("inspect", "--format", "{{.State.StartedAt}}", name);
  const until = async (condition: () => boolean): Promise<void> => {
    const end = Date.now() + 15_000;
    while (!condition()) {
      assert.ok(Date.now() < end, "not within 15 s");
      await sleep(100);
    }
  };

  before(async () => {
    docker("volume", "create", name);
    set("first-password");
    docker(
      ...["run", "--detach", "--name", name, "--network=none", "--user", owner, "--read-only", "--tmpfs", "/tmp"],
      ...["--mount", `type=volume,source=${name},target=/run/socle,readonly`, "--mount", "type=tmpfs,target=/data"],
      ...[image, "redis-server", "--aclfile", "/run/socle/users.acl"],
    );
    await until(() => accepts("first-password"));
  });
  after(() => {
    docker("rm", "--force", "--volumes", name);
    docker("volume", "rm", name);
  });

  it("keeps the former password for a while beside the new one, and then no longer", async () => {
    const start = started();
    set("second-password");
    assert.deepEqual([accepts("first-password"), accepts("second-password")], [true, true]);
    await until(() => !accepts("first-password"));
    assert.ok(accepts("second-password"));
    assert.equal(started(), start);
  });

  it("leaves the newest password alone when an older rotation ends", async () => {
    set("third-password", 1);
    set("fourth-password", 2);
    await until(() => !accepts("second-password") && !accepts("third-password"));
    assert.ok(accepts("fourth-password"));
  });

  it("keeps the password when it is set again", async () => {
    set("fourth-password", 1);
    await sleep(2_000);
    assert.ok(accepts("fourth-password"));
  });

  it("comes back with the newest password after a restart", async () => {
    docker("restart", "--time", "5", name);
    await until(() => accepts("fourth-password"));
    assert.ok(!accepts("third-password"));
  });

  it("is refused to those who have none", () => {
    assert.match(docker("exec", name, "sh", "-c", "redis-cli ping 2>&1 || true"), /NOAUTH/);
  });
});
