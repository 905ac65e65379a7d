// The password of a running Redis is changed, twice before the time of the first one is over.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import { after, before, describe, it } from "mocha";

import { until } from "../lab/deadline.ts";
import { docker, runScript } from "./machine.ts";

describe("password of Redis", function () {
  this.timeout(300_000);
  const name = `socle-redis-${randomBytes(3).toString("hex")}`;
  const passwords = ["first", "second", "third"].map((word) => `${word}${randomBytes(8).toString("hex")}`);
  const [first = "", second = "", third = ""] = passwords;
  const set = (password: string, seconds: number): void => {
    const words = {
      container: name,
      volume: name,
      image: "redis:7",
      owner: "999:999",
      seconds: String(seconds),
    };
    const { status, stderr } = runScript("redis/password.sh", words, { input: `${password}\n` });
    assert.equal(status, 0, stderr.toString());
  };
  const takes = (password: string): boolean => {
    const script = "IFS= read -r REDISCLI_AUTH; export REDISCLI_AUTH; redis-cli ping 2>&1";
    const { stdout } = spawnSync("docker", ["exec", "--interactive", name, "sh", "-c", script], {
      input: `${password}\n`,
      encoding: "utf8",
    });
    return stdout.trim() === "PONG";
  };
  /** Which of the three are taken. */
  const taken = (): boolean[] => passwords.map(takes);
  before(() => {
    docker("volume", "create", name);
    set(first, 1);
    const mount = `type=volume,source=${name},target=/run/socle,readonly`;
    docker(
      "run",
      "--detach",
      "--name",
      name,
      "--user=999:999",
      "--network=none",
      "--mount",
      mount,
      "redis:7",
      "redis-server",
      "--aclfile",
      "/run/socle/users.acl",
    );
  });
  after(() => {
    docker("rm", "--force", "--volumes", name);
    docker("volume", "rm", name);
  });

  it("is asked for from the start", async () => {
    for (let tries = 0; tries < 50 && !takes(first); tries += 1) await sleep(100);
    assert.deepEqual(taken(), [true, false, false]);
  });

  it("may be the former one for a time after a change, and the one before that", () => {
    set(second, 15);
    set(third, 600);
    assert.deepEqual(taken(), [true, true, true]);
  });

  it("ends with its own time, and takes no later one with it", async () => {
    for (let tries = 0; tries < 250 && takes(first); tries += 1) await sleep(100);
    assert.deepEqual(taken(), [false, true, true]);
  });

  it("is not ended by setting the same again", async () => {
    set(third, 1);
    await sleep(2000);
    assert.deepEqual(taken(), [false, true, true]);
  });

  it("stays where it is set again within its time, as after an up that was taken back", async () => {
    set(first, 12);
    set(third, 600);
    // The time of the third one, which the first of these changes began, ends while it is in use.
    const waiting = (): boolean => / 12$/m.test(docker("top", name, "-o", "pid,args"));
    assert.ok(waiting());
    await until("that time is over", 30, () => Promise.resolve(!waiting()));
    assert.deepEqual(taken(), [true, true, true]);
  });

  it("is the newest one alone after a restart", async () => {
    docker("restart", "--time=1", name);
    for (let tries = 0; tries < 50 && !takes(third); tries += 1) await sleep(100);
    assert.deepEqual(taken(), [false, false, true]);
  });
});
