// Hosts that cannot be reached: said before anything is registered, with the way to mend it.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { mock } from "node:test";

import { after, afterEach, before, beforeEach, describe, it } from "mocha";

import { preflight, UnreachableHostError } from "../../connection/preflight.ts";
import { type SshHost, sshOptions } from "../../connection/ssh.ts";

const host: SshHost = {
  type: "ssh",
  address: "server.example.org",
  port: 2222,
  user: "deploy",
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOSZC26jR5Uum/0AR1orPcv5MZS9+ohsBLmJL2bdVnXI",
  identityFile: "/home/operator/.ssh/deploy",
  prepare: true,
  minimum: { cpus: 2, memory: 3500, disk: 45 },
};

/** Text of the refusal; an empty one where the host is accepted. */
async function refusal(...words: Parameters<typeof preflight>): Promise<string> {
  try {
    await preflight(...words);
    return "";
  } catch (error) {
    assert.ok(error instanceof UnreachableHostError);
    return error.message;
  }
}

describe("preflight", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "socle-preflight-"));
    mkdirSync(join(folder, "bin"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  describe("of a server", () => {
    const path = process.env["PATH"];
    beforeEach(() => {
      process.env["PATH"] = `${join(folder, "bin")}${delimiter}${path ?? ""}`;
    });
    afterEach(() => {
      process.env["PATH"] = path;
    });
    /** Has `ssh` say what OpenSSH 9 says, and end as it ends. */
    const ssh = (said: string, status = 255): void => {
      writeFileSync(join(folder, "said"), said);
      const program = join(folder, "bin", "ssh");
      writeFileSync(
        program,
        `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder}/words'\ncat '${folder}/said' >&2\nexit ${String(status)}\n`,
      );
      chmodSync(program, 0o755);
    };
    const up = { dryRun: false };

    it("accepts one that lets the user in", async () => {
      ssh("", 0);
      assert.equal(await refusal(host, up), "");
    });

    it("asks nothing for a plan: it can be made where the server is out of reach", async () => {
      ssh("ssh: connect to host server.example.org port 2222: Connection refused\r\n");
      assert.equal(await refusal(host, { dryRun: true }), "");
    });

    const mismatch = [
      "host.hostKey: server.example.org shows another host key than the one in the configuration; nothing was changed.",
      "    → Compare with `cat /etc/ssh/ssh_host_ed25519_key.pub` on the server's own console. Only if the server was set up anew, set host.hostKey; else somebody may be in between.",
    ].join("\n");
    for (const [what, said] of [
      [
        "of the same type",
        "@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n@@@@@\r\nIT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r\nHost key verification failed.\r\n",
      ],
      [
        "that is not known",
        "No ED25519 host key is known for [server.example.org]:2222 and you have requested strict checking.\r\nHost key verification failed.\r\n",
      ],
      [
        "of another type",
        "Unable to negotiate with 192.0.2.7 port 2222: no matching host key type found. Their offer: rsa-sha2-512,rsa-sha2-256\r\n",
      ],
    ] as const)
      it(`refuses a host key ${what}`, async () => {
        ssh(said);
        assert.equal(await refusal(host, up), mismatch);
      });

    for (const said of [
      "deploy@server.example.org: Permission denied (publickey).\r\n",
      "Received disconnect from 192.0.2.7 port 2222:2: Too many authentication failures\r\n",
    ])
      it(`says that the login was refused (${said.trim().slice(-30)})`, async () => {
        ssh(said);
        assert.equal(
          await refusal(host, up),
          [
            "host.user: server.example.org refuses the login of deploy; nothing was changed.",
            "    → Put your public key into ~deploy/.ssh/authorized_keys on the server, and load the private one (`ssh-add`) or name it in host.identityFile.",
          ].join("\n"),
        );
      });

    for (const said of ["sudo: a password is required", "bash: line 1: sudo: command not found"])
      it(`says that the user is not allowed what root is (${said.slice(-17)})`, async () => {
        ssh(`${said}\n`, 1);
        assert.equal(
          await refusal(host, up),
          [
            `host.user: deploy may not run sudo on server.example.org without a password (${said}); nothing was changed.`,
            "    → As root on the server: `apt-get install sudo; echo 'deploy ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/deploy`. Or set host.user to root.",
          ].join("\n"),
        );
      });

    it("tries on the server what the tasks need there: root's rights, by sudo where the user is not root", async () => {
      ssh("", 0);
      for (const [user, command] of [
        ["deploy", "sudo -n true"],
        ["root", "true"],
      ] as const) {
        assert.equal(await refusal({ ...host, user }, up), "");
        const words = readFileSync(join(folder, "words"), "utf8").trim().split("\n");
        assert.deepEqual(words, [...sshOptions(host), "-p", "2222", `${user}@server.example.org`, command]);
      }
    });

    for (const said of ["sudo: a password is required", "bash: line 1: sudo: command not found"])
      it(`says that the user has no root's rights (${said.slice(-22)})`, async () => {
        ssh(`${said}\n`, 1);
        assert.equal(
          await refusal(host, up),
          [
            `host.user: deploy may not run sudo on server.example.org without a password (${said}); nothing was changed.`,
            "    → As root on the server: `apt-get install sudo; echo 'deploy ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/deploy`. Or set host.user to root.",
          ].join("\n"),
        );
      });

    // Without its key OpenSSH goes on, and is then refused: what it said first is the reason.
    const keyFile = "/home/operator/.ssh/deploy";
    for (const [said, found] of [
      [
        `Warning: Identity file ${keyFile} not accessible: No such file or directory.\n`,
        `Identity file ${keyFile} not accessible: No such file or directory`,
      ],
      [`Load key "${keyFile}": invalid format\r\n`, `Load key "${keyFile}": invalid format`],
      [
        `@@@@@\r\n@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\r\n@@@@@\r\nPermissions 0644 for '${keyFile}' are too open.\r\nLoad key "${keyFile}": bad permissions\r\n`,
        `Load key "${keyFile}": bad permissions`,
      ],
    ] as const)
      it(`says what is wrong with the key file (${found.slice(-25)})`, async () => {
        ssh(`${said}deploy@server.example.org: Permission denied (publickey).\r\n`);
        assert.equal(
          await refusal(host, up),
          [
            `host.identityFile: ${found}; nothing was changed.`,
            "    → Name a private key file that only you can read (`chmod 600`).",
          ].join("\n"),
        );
      });

    for (const reason of [
      "ssh: connect to host server.example.org port 2222: Connection refused",
      "ssh: connect to host server.example.org port 2222: Connection timed out",
      "ssh: Could not resolve hostname server.example.org: Name or service not known",
    ])
      it(`says that no server answers (${reason.slice(-24)})`, async () => {
        ssh(`${reason}\r\n`);
        assert.equal(
          await refusal(host, up),
          [
            `host.address: no SSH server was reached at server.example.org port 2222 (${reason}); nothing was changed.`,
            "    → See that the server is on and port 2222 is open: `ssh -p 2222 deploy@server.example.org`.",
          ].join("\n"),
        );
      });

    it("says that the server drops connections, once it has tried again for some time", async () => {
      ssh("kex_exchange_identification: Connection closed by remote host\r\n");
      mock.timers.enable({ apis: ["setTimeout"] });
      const clock = setInterval(() => {
        mock.timers.tick(8000);
      }, 10);
      try {
        assert.equal(
          await refusal(host, up),
          [
            "host.address: server.example.org drops connections to port 2222 before the login (kex_exchange_identification: Connection closed by remote host); nothing was changed.",
            "    → See `journalctl -u ssh` on the server: others may fill its MaxStartups, or it shuts this machine's address out.",
          ].join("\n"),
        );
      } finally {
        clearInterval(clock);
        mock.timers.reset();
      }
    });

    for (const [text, found] of [
      ["echo Welcome back", 'prints "Welcome back" before a command'],
      ["exit 1", "cannot run a command (Command failed: "],
    ] as const)
      it(`says that the user's own shell ${found.split(" ")[0] ?? ""} what ssh does not expect`, async () => {
        ssh("", 0);
        const shell = join(folder, "shell");
        writeFileSync(shell, `#!/bin/sh\n${text}\n`);
        chmodSync(shell, 0o755);
        const own = process.env["SHELL"];
        process.env["SHELL"] = shell;
        try {
          const said = await refusal(host, up);
          assert.ok(said.startsWith(`SHELL: ${shell} ${found}`), said);
        } finally {
          if (own === undefined) delete process.env["SHELL"];
          else process.env["SHELL"] = own;
        }
      });

    it("says that OpenSSH's client is missing", async () => {
      process.env["PATH"] = join(folder, "nothing");
      assert.equal(
        await refusal(host, up),
        "ssh: OpenSSH's client is not installed; nothing was changed.\n    → Install it (`apt-get install openssh-client`).",
      );
    });
  });

  describe("of the local engine", () => {
    // Docker's own: what it answers is what counts.
    const local = { type: "local", socket: "unix:///var/run/docker.sock" } as const;

    for (const dryRun of [true, false])
      describe(dryRun ? "in a plan" : "in an update", () => {
        it("accepts one that answers", async () => {
          assert.equal(await refusal(local, { dryRun }), "");
          assert.equal(await refusal(local, { dryRun, localImage: "socle-example-site:dev" }), "");
        });

        it("refuses none at all", async () => {
          assert.equal(
            await refusal({ type: "local", socket: `unix://${folder}/absent.sock` }, { dryRun }),
            [
              `host: no Docker engine answers at unix://${folder}/absent.sock; nothing was changed.`,
              "    → Install and start it (`npm start` does on Debian and Ubuntu as root), or set host.socket.",
            ].join("\n"),
          );
        });

        it("refuses one that lacks the application's image", async () => {
          assert.equal(
            await refusal(local, { dryRun, localImage: "registry.example.org:5000/nobody/built/it:dev" }),
            [
              "application.image: the Docker engine has no image registry.example.org:5000/nobody/built/it:dev; nothing was changed.",
              "    → Build it (`docker build --tag registry.example.org:5000/nobody/built/it:dev .`), or name the image of a registry by its digest.",
            ].join("\n"),
          );
        });
      });
  });
});
