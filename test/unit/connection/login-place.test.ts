// login.sh: who gets a place to log in, and when it is given back.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";

import { afterEach, beforeEach, describe, it } from "mocha";

const project = join(import.meta.dirname, "..", "..", "..");
const places = 4;

describe("logins take a place", () => {
  let folder: string;
  const kept = (): string => join(folder, `socle-logins-${String(userInfo().uid)}`);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "socle-login-place-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const login = (words: string[], path = process.env["PATH"]): void => {
    const ended = spawnSync("sh", ["connection/login.sh", ...words], {
      cwd: project,
      encoding: "utf8",
      env: { ...process.env, TMPDIR: folder, PATH: path },
      timeout: 60_000,
    });
    assert.deepEqual([ended.status, ended.stdout, ended.stderr], [0, "", ""]);
  };
  const own = String(process.pid);
  const hold = (pid: number | undefined): void => {
    for (let number = 1; number <= places; number += 1) {
      mkdirSync(join(kept(), `server.${String(number)}`), { recursive: true });
      writeFileSync(join(kept(), `server.${String(number)}`, String(pid)), "");
    }
    chmodSync(kept(), 0o700);
  };
  const holders = (): string[] => readdirSync(kept()).flatMap((place) => readdirSync(join(kept(), place)));

  it("once, and give it back", () => {
    login(["begin", "server", "socle"]);
    login(["begin", "server", "socle"]);
    assert.deepEqual(holders(), [own]);
    login(["end"]);
    assert.deepEqual(readdirSync(kept()), []);
  });

  it("for each server apart, and none for a bastion", () => {
    hold(process.ppid);
    login(["begin", "other", "socle"]);
    assert.ok(existsSync(join(kept(), "other.1", own)));
    login(["end"]);
    login(["begin", "server", "bastion.example.org"]);
    assert.ok(!holders().includes(own));
  });

  it("from an ssh that ended without a login", () => {
    hold(spawnSync("true").pid);
    login(["begin", "server", "socle"]);
    assert.equal(holders().filter((holder) => holder === own).length, 1);
  });

  it("or go on without one where none gets free", () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "sleep"), "#!/bin/sh\n");
    chmodSync(join(bin, "sleep"), 0o755);
    hold(process.ppid);
    login(["begin", "server", "socle"], `${bin}${delimiter}${process.env["PATH"] ?? ""}`);
    assert.ok(!holders().includes(own));
  });
});
