// run.sh: what a script is given arrives as it was, here and on the other side of SSH.
import assert from "node:assert/strict";
import { copyFileSync, cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { after, before, describe, it } from "mocha";

import { Folder, runScript, scripts } from "./machine.ts";

/** Anything printable, with more of what shells give a meaning to. */
const word = fc.string({
  unit: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        "'",
        '"',
        "\\",
        "$",
        "`",
        "\n",
        "\t",
        " ",
        "*",
        "?",
        "~",
        "!",
        "#",
        "&",
        "|",
        ";",
        "<",
        ">",
        "(",
        ")",
        "{",
        "}",
        "=",
        "-",
        "%",
      ),
    },
    {
      weight: 2,
      arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }).filter((text) => !text.includes("\0")),
    },
    { weight: 1, arbitrary: fc.constantFrom("$HOME", "$(id)", "`id`", "\\n", "%s", "'\\''", "--", "$@") },
  ),
  maxLength: 24,
});

describe("run.sh", () => {
  let folder: Folder;
  let remote: Record<string, string>;
  before(() => {
    folder = new Folder();
    copyFileSync(join(scripts, "run.sh"), join(folder.path, "run.sh"));
    folder.write("arguments.sh", `printf '%s\\0' "$0" "$@"\n`);
    folder.write("input.sh", "cat\n");
    folder.write("status.sh", 'echo "went wrong" >&2\nexit "$1"\n');
    folder.write("user.sh", 'echo "$ELEVATED"\n');
    folder.write("state.sh", "sh -c 'echo \"$SOCLE_STATE\"'\n");
    // Keeps its words; what OpenSSH's server does with the last one is to have the user's shell run it.
    folder.program("ssh", `#!/bin/sh\nprintf '%s\\0' "$@" >"$SSH_WORDS"\nfor last; do :; done\nexec sh -c "$last"\n`);
    folder.program("sudo", '#!/bin/sh\n[ "$1" = -n ] || exit 9\nshift\nELEVATED=yes exec "$@"\n');
    remote = {
      PATH: folder.searchPath,
      SSH_WORDS: join(folder.path, "words"),
      SOCLE_SSH_TARGET: "root@server.example.org",
      SOCLE_SSH_PORT: "2222",
      SOCLE_SSH_OPTIONS: "-o\nBatchMode=yes",
    };
  });
  after(() => {
    folder.remove();
  });

  const sides: [string, () => Record<string, string>][] = [
    ["here", () => ({})],
    ["over SSH", () => remote],
    ["over SSH with sudo", () => ({ ...remote, SOCLE_SSH_TARGET: "deploy@server.example.org" })],
  ];

  for (const [where, environment] of sides)
    describe(where, () => {
      it("hands on every argument unchanged", () => {
        fc.assert(
          fc.property(fc.array(word, { maxLength: 5 }), (words) => {
            const ended = runScript("arguments.sh", words, { folder: folder.path, environment: environment() });
            assert.equal(ended.stderr.toString(), "");
            assert.deepEqual(ended.stdout.toString().split("\0").slice(0, -1), ["socle", ...words]);
          }),
          { seed: 20_261_121, numRuns: 50 },
        );
      });

      it("hands on an argument that ends in line ends", () => {
        const words = ["one\n", "\n", "two\n\n", ""];
        const { stdout } = runScript("arguments.sh", words, { folder: folder.path, environment: environment() });
        assert.deepEqual(stdout.toString().split("\0").slice(1, -1), words);
      });

      it("hands on standard input, byte by byte", () => {
        const input = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));
        const { stdout, status } = runScript("input.sh", [], {
          folder: folder.path,
          input,
          environment: environment(),
        });
        assert.equal(status, 0);
        assert.ok(stdout.equals(input));
      });

      it("ends as the script ends, and lets its errors through", () => {
        for (const status of [0, 1, 42, 255]) {
          const ended = runScript("status.sh", [String(status)], { folder: folder.path, environment: environment() });
          assert.equal(ended.status, status);
          assert.equal(ended.stderr.toString(), "went wrong\n");
        }
      });

      it("takes in what the script takes in, and what that takes in", () => {
        folder.write("outer.sh", "outer=1\n  . ./middle.sh\necho $outer$middle$inner\n");
        folder.write("middle.sh", "middle=2\n\n. ./inner.sh\n");
        folder.write("inner.sh", "inner=3\n");
        const ended = runScript("outer.sh", [], { folder: folder.path, environment: environment() });
        assert.deepEqual([ended.stdout.toString(), ended.stderr.toString()], ["123\n", ""]);
        rmSync(join(folder.path, "inner.sh"));
        const lacking = runScript("outer.sh", [], { folder: folder.path, environment: environment() });
        assert.equal(lacking.status, 2);
        assert.match(lacking.stderr.toString(), /^run\.sh: there is no \S+\/inner\.sh\n$/);
      });

      it("runs every script of the project: each arrives whole", () => {
        cpSync(join(scripts, "engine"), join(folder.path, "engine"), { recursive: true });
        folder.write("whole.sh", readFileSync(join(scripts, "prepare.sh"), "utf8").replace(/^set -eu$/m, "exec true"));
        const ended = runScript("whole.sh", ["a", "b"], { folder: folder.path, environment: environment() });
        assert.deepEqual([ended.status, ended.stderr.toString()], [0, ""]);
      });
    });

  it("tells the script and what it starts where the host keeps its state: root's place, or the user's own", () => {
    const told = (id: string, environment: Record<string, string>): string => {
      folder.program("id", `#!/bin/sh\necho ${id}\n`);
      try {
        const set = { SOCLE_STATE: "", XDG_STATE_HOME: "", HOME: "/home/some body", PATH: folder.searchPath };
        return runScript("state.sh", [], {
          folder: folder.path,
          environment: { ...set, ...environment },
        }).stdout.toString();
      } finally {
        rmSync(join(folder.path, "bin", "id"));
      }
    };
    assert.equal(told("0", {}), "/var/lib/socle\n");
    assert.equal(told("0", remote), "/var/lib/socle\n");
    assert.equal(told("1000", {}), "/home/some body/.local/state/socle\n");
    assert.equal(told("1000", { XDG_STATE_HOME: "/srv/state" }), "/srv/state/socle\n");
    assert.equal(told("0", { SOCLE_STATE: "/srv/elsewhere" }), "/srv/elsewhere\n");
  });

  it("gives ssh its options one by one, whatever is in them, then port and address", () => {
    const options = [
      "-o",
      "KnownHostsCommand=/bin/echo [server.example.org]:2222 ssh-ed25519 AAAA*",
      "-i",
      "/home/some body/key",
    ];
    runScript("input.sh", [], {
      folder: folder.path,
      environment: { ...remote, SOCLE_SSH_OPTIONS: options.join("\n") },
    });
    const [log, , ...given] = readFileSync(join(folder.path, "words"), "utf8").split("\0").slice(0, -2);
    assert.equal(log, "-E");
    assert.deepEqual(given, [...options, "-p", "2222", "root@server.example.org"]);
  });

  it("asks for root's rights where the user is not root, and only there", () => {
    const elevated = (target: string): string =>
      runScript("user.sh", [], {
        folder: folder.path,
        environment: { ELEVATED: "no", ...remote, SOCLE_SSH_TARGET: target },
      }).stdout.toString();
    assert.equal(elevated("deploy@server.example.org"), "yes\n");
    assert.equal(elevated("root@server.example.org"), "no\n");
  });

  it("says which script is missing", () => {
    const ended = runScript("absent.sh", [], { folder: folder.path });
    assert.notEqual(ended.status, 0);
    assert.match(ended.stderr.toString(), /absent\.sh/);
  });
});
