// Volumes on a real engine: files that come whole or not at all, and owners that stay.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";

import { after, before, beforeEach, describe, it } from "mocha";

import { docker, runScript } from "./machine.ts";

const image = "nginx:1.26";

describe("volumes of a host", function () {
  this.timeout(300_000);
  const run = randomBytes(4).toString("hex");
  const label = `socle.test=${run}`;
  let count = 0;
  let volume: string;
  const make = (): string => docker("volume", "create", "--label", label, `socle-test-${run}-${String(count++)}`);

  beforeEach(() => {
    volume = make();
  });
  after(() => {
    const names = docker("volume", "ls", "--quiet", "--filter", `label=${label}`).split("\n");
    docker("volume", "rm", ...names);
    assert.equal(docker("volume", "ls", "--quiet", "--filter", `label=${label}`), "");
  });

  /** What a command sees of the volume, mounted at /volume. */
  const look = (command: string, name = volume): string =>
    docker(
      "run",
      "--rm",
      "--network=none",
      `--mount=type=volume,source=${name},target=/volume,volume-nocopy`,
      "--workdir=/volume",
      "--entrypoint=/bin/sh",
      image,
      "-c",
      command,
    );

  describe("volume-files.sh", () => {
    const line = (name: string, mode: string, content: string | Buffer): string =>
      `${name} ${mode} ${Buffer.from(content).toString("base64")}\n`;
    const write = (
      which: "all" | "missing",
      input: string,
      ...kept: string[]
    ): { status: number | null; stderr: string } => {
      const { status, stderr } = runScript("volume-files.sh", [volume, image, "1234:5678", which, ...kept], { input });
      return { status, stderr: stderr.toString() };
    };
    const written = (which: "all" | "missing", input: string, ...kept: string[]): void => {
      assert.deepEqual(write(which, input, ...kept), { status: 0, stderr: "" });
    };

    it("writes files with their modes, for their owner", () => {
      written("all", [line("environment", "0400", "A='b'\n"), line("public.pem", "0444", "certificate")].join(""));
      assert.equal(
        look("stat -c '%n %a %u:%g' . *"),
        [". 755 1234:5678", "environment 400 1234:5678", "public.pem 444 1234:5678"].join("\n"),
      );
      assert.equal(look("cat environment public.pem"), "A='b'\ncertificate");
    });

    it("writes any bytes, and none", () => {
      const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index));
      written("all", line("bytes", "0400", bytes) + line("empty", "0400", ""));
      assert.equal(look("base64 -w0 bytes; wc -c <empty"), `${bytes.toString("base64")}0`);
    });

    it("replaces what is there, and leaves other files alone", () => {
      written("all", line("one", "0400", "first") + line("two", "0400", "second"));
      written("all", line("one", "0444", "third"));
      assert.equal(look("cat one two; stat -c %a one"), "thirdsecond444");
    });

    it("with `missing` writes what is not there and leaves what is", () => {
      written("all", line("site.pem", "0400", "signed by an authority"));
      written("missing", line("site.pem", "0444", "self-signed") + line("other.pem", "0400", "new"));
      assert.equal(look("cat site.pem other.pem; stat -c %a site.pem"), "signed by an authoritynew400");
    });

    describe("of a file that is kept", () => {
      const key = (content: string): void => {
        written("all", line("key", "0400", content) + line("login", "0400", content), "key");
      };
      /** Names without their times, and contents. */
      const found = (): string[] =>
        look('for file in key*; do echo "$file $(cat "$file") $(stat -c "%a %u:%g" "$file")"; done')
          .split("\n")
          .map((text) => text.replace(/-\d{8}T\d{6}Z /, "-TIME "));

      it("leaves every content that it had beside the present one, for the same user, and no other file's", () => {
        for (const content of ["first", "second", "first"]) key(content);
        assert.deepEqual(found(), [
          "key first 400 1234:5678",
          "key-until-TIME first 400 1234:5678",
          "key-until-TIME second 400 1234:5678",
        ]);
        assert.equal(look("ls -A"), look("ls -d key* login"));
      });

      it("keeps nothing twice, however often it is written", () => {
        for (const content of ["first", "first", "second", "second"]) key(content);
        assert.deepEqual(found(), ["key second 400 1234:5678", "key-until-TIME first 400 1234:5678"]);
        // As a run leaves it that was cut off before the new content arrived.
        look("ln key key-until-20200101T000000Z; chown 0:0 key");
        key("third");
        assert.deepEqual(found(), [
          "key third 400 1234:5678",
          "key-until-TIME second 400 1234:5678",
          "key-until-TIME first 400 1234:5678",
        ]);
      });
    });

    it("changes nothing when one of the files cannot be written, and mends itself at the next run", () => {
      written("all", line("one", "0400", "former") + line("two", "0400", "former"));
      const failed = write("all", `${line("one", "0400", "next")}two 0400 ///not*base64\n`);
      assert.notEqual(failed.status, 0);
      assert.notEqual(failed.stderr, "");
      assert.equal(look("cat one two"), "formerformer");
      written("all", line("one", "0400", "next"));
      assert.equal(look("cat one two; ls -A"), "nextformerone\ntwo");
    });

    it("shows readers the former file or the next one, never half of one", async () => {
      const contents = ["a", "b"].map((letter) => letter.repeat(60_000));
      written("all", line("file", "0444", contents[0] ?? ""));
      const reader = spawn("docker", [
        "run", "--rm", "--interactive", "--network=none", `--mount=type=volume,source=${volume},target=/volume,volume-nocopy`,
        "--workdir=/volume", "--entrypoint=/bin/sh", image, "-c",
        // Until its standard input ends; each sum that was seen, once. A background job has no standard input of itself.
        `exec 3<&0; cat <&3 >/dev/null & echo reading; while kill -0 $! 2>/dev/null; do cksum <file || echo none; done | sort -u`,
      ]); // prettier-ignore
      const output: Buffer[] = [];
      reader.stdout.on("data", (chunk: Buffer) => output.push(chunk));
      await once(reader.stdout, "data");
      for (let turn = 1; turn <= 6; turn++) written("all", line("file", "0444", contents[turn % 2] ?? ""));
      reader.stdin.end();
      await once(reader, "close");
      const [begin, ...sums] = Buffer.concat(output).toString().trim().split("\n");
      assert.equal(begin, "reading");
      assert.equal(sums.length, 2, sums.join(", "));
      for (const sum of sums) assert.match(sum, /^\d+ 60000$/);
    });

    it("leaves no container behind, and no secret in one", () => {
      written("all", line("password", "0400", "secret"));
      assert.equal(docker("ps", "--all", "--quiet", "--filter", `volume=${volume}`), "");
    });

    it("fails where the image is not there, and says so", () => {
      const ended = runScript("volume-files.sh", [volume, `sha256:${"0".repeat(64)}`, "1:1", "all"], { input: "" });
      assert.notEqual(ended.status, 0);
      assert.match(ended.stderr.toString(), /image/i);
    });
  });

  it("restic.sh takes another restic into a volume that belongs to the backups' user by now", () => {
    for (let turn = 1; turn <= 2; turn++) {
      const { status, stderr } = runScript("restic.sh", ["restic/restic:0.18.0", volume]);
      assert.deepEqual([status, stderr.toString()], [0, ""]);
      look("chown 1234:5678 . restic");
    }
    assert.match(look("stat -c %a restic"), /^555$/);
  });

  describe("volume-owner.sh", () => {
    const own = (owner: string, ...volumes: string[]): void => {
      const ended = runScript("volume-owner.sh", [image, owner, ...volumes]);
      assert.deepEqual([ended.status, ended.stderr.toString()], [0, ""]);
    };
    let second: string;
    before(() => {
      second = make();
    });

    it("gives every volume to its owner", () => {
      own("1234:5678", volume, second);
      for (const name of [volume, second]) assert.equal(look("stat -c %u:%g .", name), "1234:5678");
    });

    it("keeps what is in a volume, and whose it is", () => {
      look("echo kept >file; chown 42:42 file");
      own("1234:5678", volume);
      assert.equal(look("cat file; stat -c %u:%g file"), "kept\n42:42");
    });

    it("holds against an image that has a folder of its own there", () => {
      own("1234:5678", volume);
      // Without volume-nocopy the engine gives an empty volume the owner of the image's folder.
      const owner = docker(
        "run",
        "--rm",
        "--network=none",
        `--volume=${volume}:/etc/nginx`,
        "--entrypoint=stat",
        image,
        "-c",
        "%u:%g",
        "/etc/nginx",
      );
      assert.equal(owner, "1234:5678");
    });

    it("lets its owner write, who has no other right", () => {
      own("1234:5678", volume);
      docker(
        "run",
        "--rm",
        "--network=none",
        "--user=1234:5678",
        "--cap-drop=ALL",
        "--read-only",
        `--mount=type=volume,source=${volume},target=/volume`,
        "--entrypoint=touch",
        image,
        "/volume/file",
      );
      assert.equal(look("stat -c %u:%g file"), "1234:5678");
    });
  });
});
