import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { clone, node, run, temporaryFolder, type Ended } from "./machine.ts";

describe("settings of the Docker engine", () => {
  let folder: string, file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder, "daemon.json");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const apply = (...args: string[]): Ended =>
    run(node, [join(clone, "toolchain", "daemon-settings.ts"), file, ...args]);
  const read = (): unknown => JSON.parse(readFileSync(file, "utf8"));

  it("are written where there are none", () => {
    const { status, stdout } = apply("--log-rotation", "--mirror", "http://127.0.0.1:5000", "--mtu", "1400");
    assert.equal(status, 0);
    assert.match(stdout, /written with log-driver, log-opts, mtu, registry-mirrors/);
    assert.deepEqual(read(), {
      "log-driver": "json-file",
      "log-opts": { "max-size": "10m", "max-file": "3" },
      mtu: 1400,
      "registry-mirrors": ["http://127.0.0.1:5000"],
    });
  });

  it("name no mirror and no packet size unless asked", () => {
    apply("--log-rotation");
    assert.deepEqual(Object.keys(read() as object), ["log-driver", "log-opts"]);
  });

  it("never override what is there", () => {
    const own = { "log-driver": "journald", mtu: 9000, "registry-mirrors": ["https://mirror.example/"], debug: true };
    writeFileSync(file, JSON.stringify(own));
    apply("--log-rotation", "--mirror", "http://127.0.0.1:5000", "--mtu", "1400");
    assert.deepEqual(read(), { ...own, "registry-mirrors": ["https://mirror.example/", "http://127.0.0.1:5000"] });
  });

  it("leave a file alone that has all", () => {
    const text = '{"registry-mirrors":["http://127.0.0.1:5000/"],"log-driver":"local","mtu":1400}';
    writeFileSync(file, text);
    assert.match(
      apply("--log-rotation", "--mirror", "http://127.0.0.1:5000", "--mtu", "1400").stdout,
      /has what is needed/,
    );
    assert.equal(readFileSync(file, "utf8"), text);
  });

  it("refuse a file that is not JSON, and keep it", () => {
    writeFileSync(file, "{ broken");
    const { status, stderr } = apply("--log-rotation");
    assert.notEqual(status, 0);
    assert.match(stderr, /daemon\.json is not JSON: .*Mend or remove it/);
    assert.equal(readFileSync(file, "utf8"), "{ broken");
  });
});
