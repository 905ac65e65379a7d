// How a server is reached: the options of ssh, read by OpenSSH itself.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, it } from "mocha";

import { type SshHost, sshOptions, sshUrl } from "../../../connection/ssh.ts";

const host: SshHost = {
  type: "ssh",
  address: "server.example.org",
  port: 22,
  user: "deploy",
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOSZC26jR5Uum/0AR1orPcv5MZS9+ohsBLmJL2bdVnXI",
  prepare: true,
  minimum: { cpus: 2, memory: 3500, disk: 45 },
};

/** Options as OpenSSH understands them where the user has these settings: name in lower case → value. */
function understood(given: SshHost, settings = ""): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "socle ssh-"));
  mkdirSync(join(folder, "connection"));
  // ssh takes ~ from the list of users, whatever HOME is.
  const read = readFileSync("connection/ssh.conf", "utf8").replace(
    "Include ~/.ssh/config",
    `Include "${join(folder, "config")}"`,
  );
  writeFileSync(join(folder, "connection", "ssh.conf"), read);
  copyFileSync("connection/login.sh", join(folder, "connection", "login.sh"));
  writeFileSync(join(folder, "config"), settings);
  const ended = spawnSync("ssh", ["-G", ...sshOptions(given), "-p", String(given.port), given.address], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder },
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  assert.equal(ended.status, 0, ended.stderr);
  return Object.fromEntries(
    ended.stdout
      .trim()
      .split("\n")
      .map((line): [string, string] => {
        const [name = "", ...value] = line.split(" ");
        return [name, value.join(" ")];
      }),
  );
}

describe("SSH options", () => {
  it("pin the host key: no file is read, nothing is asked, nothing is learnt", () => {
    const options = understood(host);
    assert.equal(options["stricthostkeychecking"], "true");
    assert.equal(options["userknownhostsfile"], "/dev/null");
    assert.equal(options["globalknownhostsfile"], "/dev/null");
    assert.equal(options["batchmode"], "yes");
    assert.equal(options["hostkeyalias"], "socle");
    assert.equal(options["knownhostscommand"], `/bin/echo socle ${host.hostKey}`);
  });

  it("use no connection that the user keeps open, and no name of theirs for the server", () => {
    const options = understood(host, "Host *\n  ControlMaster auto\n  ControlPath ~/%C\n  HostKeyAlias other\n");
    assert.equal(options["hostkeyalias"], "socle");
    assert.equal(options["controlpath"], undefined);
  });

  it("take in the user's own settings", () => {
    const options = understood(host, "Host server.example.org\n  ProxyJump bastion.example.org\n");
    assert.equal(options["proxyjump"], "bastion.example.org");
  });

  it("accept the pinned key's own algorithm only, and of RSA no SHA-1", () => {
    const algorithms = (hostKey: string): string | undefined => understood({ ...host, hostKey })["hostkeyalgorithms"];
    assert.equal(algorithms(host.hostKey), "ssh-ed25519");
    assert.equal(algorithms("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTI"), "ecdsa-sha2-nistp256");
    assert.equal(algorithms("ssh-rsa AAAAB3NzaC1yc2E"), "rsa-sha2-512,rsa-sha2-256");
  });

  it("give up a dead host", () => {
    const options = understood(host);
    assert.equal(options["connecttimeout"], "15");
    assert.equal(options["serveraliveinterval"], "15");
    assert.equal(options["serveralivecountmax"], "3");
  });

  it("offer the named key and no other, or what ssh itself uses", () => {
    const folder = mkdtempSync(join(tmpdir(), "socle key-"));
    const identityFile = join(folder, "key");
    writeFileSync(identityFile, "", { mode: 0o600 });
    const named = understood({ ...host, identityFile });
    rmSync(folder, { recursive: true });
    assert.equal(named["identityfile"], identityFile);
    assert.equal(named["identitiesonly"], "yes");
    assert.equal(understood(host)["identitiesonly"], "no");
  });

  it("are words that go through one line each", () => {
    for (const option of sshOptions({ ...host, identityFile: "/home/some body/key" }))
      assert.ok(!option.includes("\n"));
  });

  it("leave user, address and port to Docker's URL", () => {
    assert.equal(sshUrl({ ...host, port: 2222 }), "ssh://deploy@server.example.org:2222");
  });
});
