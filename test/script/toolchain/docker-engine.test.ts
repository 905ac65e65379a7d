// The engine of this machine, started by the set-up: one whose unit does not agree with what is added runs all the same.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { afterEach, beforeEach, describe, it } from "mocha";

import { clone, run, temporaryFolder, type Ended } from "./machine.ts";

describe("the set-up's Docker engine", () => {
  let folder: string, file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder, "docker", "daemon.json");
    mkdirSync(join(folder, "docker"));
    mkdirSync(join(folder, "bin"));
    program("docker", `[ -e '${folder}/runs' ]`);
  });
  afterEach(() => {
    const pid = join(folder, "cache", "dockerd.pid");
    if (existsSync(join(folder, "runs"))) process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL");
    rmSync(folder, { recursive: true });
  });

  const program = (name: string, text: string): void => {
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
  };
  /** An engine that ends at once with settings that it does not take. */
  const engine = (refused: string): void => {
    program(
      "dockerd",
      `if grep -qs '${refused}' '${file}'; then echo 'specified both as a flag and in the file: ${refused}'; exit 1; fi\n: >'${folder}/runs'\nexec sleep 100`,
    );
  };
  const start = (): Ended =>
    run(
      "bash",
      [
        "-euo",
        "pipefail",
        "-c",
        `clone=$1 toolchain=$1/toolchain cache=$2/cache
         for part in console debian steps/docker-engine; do . "$toolchain/$part.sh"; done
         daemon_json=$2/docker/daemon.json
         has_systemd() { false; }
         registry_answers() { true; }
         docker_engine_mtu() { echo 1500; }
         docker_engine_run`,
        "bash",
        clone,
        folder,
      ],
      { PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}` },
    );

  it("runs with what is added; what was there is kept beside it", () => {
    engine("nothing");
    writeFileSync(file, '{"debug":true}');
    assert.equal(start().status, 0);
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(file, "utf8")) as object), [
      "debug",
      "log-driver",
      "log-opts",
    ]);
    assert.equal(readFileSync(`${file}.socle-previous`, "utf8"), '{"debug":true}');
  });

  it("runs with its previous settings where it does not start with the new ones", () => {
    engine("log-driver");
    writeFileSync(file, '{"debug":true}');
    const { status, stdout, stderr } = start();
    assert.equal(status, 0, stderr);
    assert.match(stderr, /both as a flag and in the file: log-driver/);
    assert.match(stdout, /daemon\.json is as it was: the engine did not start with what was added/);
    assert.equal(readFileSync(file, "utf8"), '{"debug":true}');
  });

  it("had no settings: then it has none again", () => {
    engine("log-driver");
    assert.equal(start().status, 0);
    assert.ok(!existsSync(file));
  });

  it("is not started with a file that is not JSON", () => {
    engine("nothing");
    writeFileSync(file, "{ broken");
    const { status, stderr } = start();
    assert.equal(status, 1);
    assert.match(stderr, /daemon\.json is not JSON/);
    assert.match(stderr, /setup failed: the Docker engine's settings cannot be read/);
    assert.ok(!existsSync(join(folder, "runs")));
    assert.equal(readFileSync(file, "utf8"), "{ broken");
  });

  it("says why it does not start where its settings are not the reason", () => {
    engine("debug");
    writeFileSync(file, '{"debug":true,"log-driver":"local"}');
    const { status, stderr } = start();
    assert.equal(status, 1);
    assert.match(stderr, /setup failed: the Docker engine does not start\n {2}→ its log: /);
    assert.equal(readFileSync(file, "utf8"), '{"debug":true,"log-driver":"local"}');
  });
});
