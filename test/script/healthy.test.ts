// A new container is waited for; one that does not get healthy is stopped, and the error shows why.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { after, describe, it } from "mocha";

import { docker, runScript } from "./machine.ts";

describe("waiting for a container", function () {
  this.timeout(300_000);
  const name = `socle-healthy-${randomBytes(3).toString("hex")}`;
  const made: string[] = [];
  const start = (ending: string, command: string, health: string, interval = "1s"): string => {
    const container = `${name}-${ending}`;
    const checked = [
      `--health-cmd=${health}`,
      `--health-interval=${interval}`,
      "--health-retries=2",
      "--restart=unless-stopped",
      "--stop-timeout=1",
    ];
    docker(
      "run",
      "--detach",
      "--name",
      container,
      "--network=none",
      ...checked,
      "--entrypoint=sh",
      "redis:7",
      "-c",
      command,
    );
    made.push(container);
    return container;
  };
  const wait = (container: string, seconds: number, how = "beside"): { status: number | null; said: string } => {
    const { status, stderr } = runScript("healthy.sh", [container, String(seconds), how]);
    return { status, said: stderr.toString() };
  };
  const running = (container: string): string => docker("inspect", "--format={{.State.Running}}", container);
  after(() => {
    docker("rm", "--force", "--volumes", ...made);
  });

  it("ends when it is healthy", () => {
    const { status, said } = wait(start("well", "sleep 600", "true"), 60);
    assert.equal(status, 0, said);
    assert.equal(said, "");
  });

  it("asks the check itself, as its words stand there", () => {
    const container = start("seldom", "sleep 600", `test "it's \\$HOME" = 'it'"'s"' $HOME'`, "30s");
    assert.deepEqual(wait(container, 60), { status: 0, said: "" });
    // The engine itself did not come to ask.
    assert.equal(docker("inspect", "--format={{.State.Health.Status}}", container), "starting");
  });

  it("tells the check that it may wait itself", () => {
    assert.deepEqual(wait(start("patient", "sleep 600", 'test "$SOCLE_HEALTH_WAIT" -gt 0', "60s"), 30), {
      status: 0,
      said: "",
    });
  });

  it("fails with the answers of the health check and the last log lines, and leaves it stopped; looks again next time", () => {
    const container = start("ill", "echo starting; echo no database >&2; exec sleep 600", "cat /tmp/well");
    const { status, said } = wait(container, 60);
    assert.notEqual(status, 0);
    assert.match(said, /is not healthy\.\nIts last health checks:\n\s+exit code 1 cat: \/tmp\/well: No such file/);
    assert.match(
      said,
      /Its last log lines:\n\s+starting\n\s+no database\n|Its last log lines:\n\s+no database\n\s+starting\n/,
    );
    assert.match(said, /→ It was stopped .* the former release goes on\. Mend the cause, then run pulumi up\./);
    assert.equal(running(container), "false");

    docker("start", container);
    docker("exec", container, "touch", "/tmp/well");
    docker("stop", "--time=0", container);
    const again = wait(container, 60);
    assert.equal(again.status, 0, again.said);
    assert.equal(running(container), "true");
  });

  it("fails soon where it ends again and again", () => {
    const { status, said } = wait(start("dying", "echo cannot start; exit 3", "true"), 100);
    assert.notEqual(status, 0);
    assert.match(said, /ends again and again\.[^]*cannot start/);
  });

  it("shows what the check answered, where the engine did not ask yet", () => {
    const { said } = wait(start("mute", "sleep 600", "echo no; echo room; exit 7", "30s"), 3);
    assert.match(said, /was not healthy after 3 s\.\nIts last health checks:\n {4}exit code 7 no room \n/);
  });

  it("fails when its time is over", () => {
    const { status, said } = wait(start("slow", "sleep 600", "sleep 30"), 2);
    assert.notEqual(status, 0);
    assert.match(said, /was not healthy after 2 s/);
  });

  it("leaves one that has no other beside it as it is", () => {
    const container = start("alone", "sleep 600", "echo no room; false");
    const { status, said } = wait(container, 60, "alone");
    assert.notEqual(status, 0);
    assert.match(said, /no room[^]*→ Mend the cause, then run pulumi up \(docker logs/);
    assert.equal(running(container), "true");
  });
});
