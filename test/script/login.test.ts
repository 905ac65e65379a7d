// Logins against OpenSSH's own server: few at a time, whatever runs side by side, and those it drops tried again.
import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

import { after, afterEach, before, beforeEach, describe, it } from "mocha";

import { preflight } from "../../connection/preflight.ts";
import { sshOptions } from "../../connection/ssh.ts";
import { target } from "../../connection/target.ts";
import { type Result, run } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { SshServer } from "./ssh-server.ts";

const project = join(import.meta.dirname, "..", "..");
const places = 4;
/** sshd may write that it accepted a login only after the client knows, so that its log can show a few more than there are places. */
const most = 2 * places;
const many = Array.from({ length: 40 }, (_, index) => index);

describe("logins", function () {
  this.timeout(300_000);
  this.slow(20_000);
  let server: SshServer;
  /** Where the places are kept: every test has its own. */
  let folder: string;
  const kept = (): string => join(folder, `socle-logins-${String(userInfo().uid)}`);
  const temporary = process.env["TMPDIR"];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "socle-logins-test-"));
    process.env["TMPDIR"] = folder;
  });
  afterEach(() => {
    if (temporary === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = temporary;
    rmSync(folder, { recursive: true });
  });

  /** A script as a task runs it. */
  const script = (text: string): string[] => {
    const host = join(folder, "host");
    mkdirSync(host);
    copyFileSync(join(project, "host", "run.sh"), join(host, "run.sh"));
    writeFileSync(join(host, "script.sh"), text);
    return [join(host, "run.sh"), "script.sh"];
  };
  const task = (words: string[], input = ""): Promise<Result> =>
    run("sh", words, { directory: project, environment: target(server.host), input, check: false });

  /** A connection to the engine, as the Docker provider starts it (docker/cli: connhelper.go). */
  const dial = (cwd = project): ChildProcessByStdio<Writable, Readable, Readable> => {
    const { user, port, address } = server.host;
    const words = ["-l", user, "-p", String(port), ...sshOptions(server.host), "-T", "--", address];
    return spawn("ssh", [...words, "docker system dial-stdio"], { cwd, stdio: ["pipe", "pipe", "pipe"] });
  };

  describe("to a server with sshd's own limits", () => {
    before(async () => {
      server = await SshServer.start();
    });
    after(() => server.stop());

    it("are few at a time, however many tasks run: each does its work once", async () => {
      const since = server.log.length;
      const cat = script("cat\n");
      const ended = await Promise.all(many.map((number) => task(cat, `input ${String(number)}`)));
      assert.deepEqual(
        ended,
        many.map((number) => ({ code: 0, stdout: `input ${String(number)}`, stderr: "" })),
      );
      assert.equal(server.drops, 0);
      assert.ok(server.loginsAtOnce(since) <= most, String(server.loginsAtOnce(since)));
      assert.deepEqual(readdirSync(kept()), []);
    });

    it("leave a task's input and output alone, whatever the user's own shell does", async () => {
      const shell = join(folder, "shell");
      writeFileSync(shell, '#!/bin/sh\ncat\necho Welcome back\nexec sh "$@"\n');
      chmodSync(shell, 0o755);
      const own = process.env["SHELL"];
      process.env["SHELL"] = shell;
      try {
        assert.deepEqual(await task(script("cat\n"), "input"), { code: 0, stdout: "input", stderr: "" });
      } finally {
        if (own === undefined) delete process.env["SHELL"];
        else process.env["SHELL"] = own;
      }
    });

    it("go through the user's bastion, and a connection to it that stays open takes no place", async () => {
      const { user, port, identityFile } = server.host;
      const settings = [
        ...["Host 127.0.0.1", `ProxyJump ${user}@localhost:${String(port)}`],
        ...["Host localhost", `IdentityFile ${String(identityFile)}`, "ControlMaster auto"],
        ...[`ControlPath ${join(folder, "bastion")}`, "StrictHostKeyChecking no", "UserKnownHostsFile /dev/null"],
      ];
      writeFileSync(join(folder, "config"), `${settings.join("\n")}\n`);
      mkdirSync(join(folder, "connection"));
      copyFileSync(join(project, "connection", "login.sh"), join(folder, "connection", "login.sh"));
      // ssh takes ~ from the list of users, whatever HOME is.
      const read = readFileSync(join(project, "connection", "ssh.conf"), "utf8");
      const own = read.replace("Include ~/.ssh/config", `Include ${join(folder, "config")}`);
      writeFileSync(join(folder, "connection", "ssh.conf"), own);
      const before = server.logins;
      const connections = many.slice(0, 2 * places).map(() => dial(folder));
      const closed = connections.map((connection) => once(connection, "close"));
      try {
        for (const { stdout } of connections) {
          const [said] = (await once(stdout, "data")) as [Buffer];
          assert.equal(said.toString(), "dial-stdio\n");
        }
        assert.ok(server.logins > before + connections.length, "the bastion was not used");
        assert.deepEqual(readdirSync(kept()), []);
      } finally {
        for (const connection of connections) connection.kill();
        await Promise.all(closed);
      }
    });

    it("go on where the folder for the places is not ours alone: nothing is written there", async () => {
      mkdirSync(kept());
      chmodSync(kept(), 0o777);
      assert.deepEqual(await task(script("echo done\n")), { code: 0, stdout: "done\n", stderr: "" });
      assert.deepEqual(readdirSync(kept()), []);
    });

    it("are not tried again once the script has run, whatever it says", async () => {
      const count = join(folder, "count");
      const text =
        'echo again >>"$1"\necho "kex_exchange_identification: read: Connection reset by peer" >&2\nexit 255\n';
      const { code } = await task([...script(text), count]);
      assert.equal(code, 255);
      assert.equal(readFileSync(count, "utf8"), "again\n");
    });

    // SIGKILL is what a timeout of Pulumi's sends, to this process alone.
    for (const signal of ["SIGKILL", "SIGTERM"] as const)
      it(`end with the task that they are for (${signal})`, async () => {
        const child = spawn("sh", script("while echo beat; do sleep 0.2; done\n"), {
          cwd: project,
          env: { ...process.env, ...target(server.host) },
          stdio: ["ignore", "pipe", "inherit"],
        });
        await once(child.stdout, "data");
        child.stdout.resume();
        child.kill(signal);
        // Nothing holds its output any more.
        await once(child, "close");
        await until(
          "no file of it is left",
          20,
          () => Promise.resolve(readdirSync(folder).every((name) => !name.startsWith("tmp."))),
          0.05,
        );
      });
  });

  describe("to a server that allows one session a connection", () => {
    before(async () => {
      server = await SshServer.start("MaxSessions 1");
    });
    after(() => server.stop());

    it("are few at a time, however many connections to the engine stay open", async () => {
      const connections = many.map(() => dial());
      try {
        for (const { stdout } of connections) {
          const [said] = (await once(stdout, "data")) as [Buffer];
          assert.equal(said.toString(), "dial-stdio\n");
        }
        assert.deepEqual([server.logins, server.drops], [many.length, 0]);
        assert.ok(server.loginsAtOnce() <= most, String(server.loginsAtOnce()));
        assert.deepEqual(readdirSync(kept()), []);
      } finally {
        for (const connection of connections) connection.kill();
      }
    });
  });

  describe("to a server that others keep busy", () => {
    before(async () => {
      server = await SshServer.start("MaxStartups 3");
    });
    after(() => server.stop());

    const busy = async <T>(work: () => Promise<T>): Promise<T> => {
      const before = server.drops;
      await server.occupy(3);
      const working = work();
      await until("sshd drops the connection", 60, () => Promise.resolve(server.drops > before), 0.05);
      server.leave();
      return working;
    };

    it("are tried again by a task, with its input", async () => {
      const ended = await busy(() => task([...script('echo "$1"\ncat\n'), "word"], "input\n"));
      assert.deepEqual(ended, { code: 0, stdout: "word\ninput\n", stderr: "" });
    });

    it("are tried again by the preflight", async () => {
      await busy(() => preflight(server.host, { dryRun: false }));
    });
  });
});
