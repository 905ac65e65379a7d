// Engines that prepare.sh has no settings for: told by what they answer, and left alone.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { Folder, runScript } from "./machine.ts";

describe("engine/preview.sh", () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => {
    folder.remove();
  });

  /** What it says where `docker` answers so; `root`: of `docker info`. */
  const preview = (answers: { version: string; root?: string }, path = folder.searchPath): string => {
    const info =
      answers.root === undefined
        ? "exit 1"
        : `case $* in *DockerRootDir*) echo '${answers.root}' ;; *) echo live=true ;; esac`;
    folder.program(
      "docker",
      `#!/bin/sh\ncase $1 in\n  --version) echo '${answers.version}' ;;\n  info) ${info} ;;\n  ps) ;;\nesac\n`,
    );
    const { status, stdout, stderr } = runScript("engine/preview.sh", ["shop"], { environment: { PATH: path } });
    assert.deepEqual([status, stderr.toString()], [0, ""]);
    return stdout.toString();
  };
  const docker = "Docker version 28.1.1, build 4eba377";

  it("knows Docker's snap", () => {
    const root = "/var/snap/docker/common/var-lib-docker [name=seccomp,profile=builtin]";
    assert.match(preview({ version: docker, root }), /^remark=The engine is Docker's snap and reads .*\n$/);
  });

  it("knows a rootless engine", () => {
    const root = "/home/deploy/.local/share/docker [name=seccomp,profile=builtin name=rootless name=cgroupns]";
    assert.match(preview({ version: docker, root }), /^remark=The engine is rootless and reads .*\n$/);
  });

  it("knows Podman under Docker's name", () => {
    assert.match(
      preview({ version: "podman version 5.4.2" }),
      /^refuse=`docker` is Podman there.*\ninstead=Install Docker .*\n$/,
    );
  });

  it("knows a client without an engine", () => {
    const programs = folder.only("sh", "awk", "cat", "grep", "sed", "tail", "tr", "readlink", "wc", "dirname");
    assert.match(
      preview({ version: docker }, `${folder.path}/bin:${programs}`),
      /^refuse=Docker's client is installed, its engine \(dockerd\) is not\ninstead=.*\n$/,
    );
  });
});
