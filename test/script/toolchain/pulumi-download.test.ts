import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { copyOfClone, run, temporaryFolder, version } from "./machine.ts";

// A CLI that does what the set-up asks of the official one.
const cli = `#!/bin/sh
case "$1" in
  version) echo v${version} ;;
  plugin)
    folder=$PULUMI_HOME/plugins/$3-$4-v$5
    mkdir -p "$folder" && printf '#!/bin/sh\\n' >"$folder/pulumi-$3-$4" && chmod 755 "$folder/pulumi-$3-$4" ;;
esac
`;
const file = `pulumi-v${version}-linux-${process.arch}.tar.gz`;

function archive(): Buffer {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "pulumi"));
  for (const name of ["pulumi", "pulumi-language-nodejs"]) {
    writeFileSync(join(folder, "pulumi", name), cli);
    chmodSync(join(folder, "pulumi", name), 0o755);
  }
  assert.equal(run("tar", ["-czf", "pulumi.tar.gz", "pulumi"], {}, folder).status, 0);
  const content = readFileSync(join(folder, "pulumi.tar.gz"));
  rmSync(folder, { recursive: true });
  return content;
}

describe("official downloads of Pulumi", function () {
  this.timeout(300_000);
  let server: Server, home: string, folder: string, checksums: string;
  const download = archive();

  beforeEach((done) => {
    home = temporaryFolder();
    folder = copyOfClone({ packages: true });
    const answers: Record<string, () => string | Buffer> = {
      [`/releases/sdk/${file}`]: () => download,
      [`/releases/sdk/pulumi-${version}-checksums.txt`]: () => checksums,
    };
    server = createServer((request, response) => {
      const answer = answers[request.url ?? ""];
      response.writeHead(answer === undefined ? 404 : 200).end(answer?.());
    }).listen(0, "127.0.0.1", done);
  });
  afterEach((done) => {
    for (const made of [home, folder]) rmSync(made, { recursive: true });
    server.close(done);
  });

  // Not spawnSync: the server lives in this very process.
  function setUp(): Promise<{ status: number | null; output: string }> {
    const env = {
      ...process.env,
      PULUMI_HOME: home,
      PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
      SOCLE_PULUMI_DOWNLOADS: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    return new Promise((ended) => {
      const child = spawn(join(folder, "toolchain", "setup.sh"), { env });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (text: Buffer) => (output += text.toString()));
      child.on("close", (status) => {
        ended({ status, output });
      });
    });
  }
  const sum = (algorithm: string): string => createHash(algorithm).update(download).digest("hex");

  for (const algorithm of ["sha256", "sha512"]) {
    it(`are used where they answer, checked by ${algorithm}`, async () => {
      checksums = `${"0".repeat(64)}  pulumi-v${version}-darwin-arm64.tar.gz\n${sum(algorithm)}  ${file}\n`;
      const { status, output } = await setUp();
      assert.equal(status, 0, output);
      assert.match(output, /answers: using the official downloads/);
      assert.match(output, new RegExp(`${file} matches the vendor's ${algorithm} checksum`));
      assert.match(output, new RegExp(`✓ pulumi +${version}, official, with its plugins`));
      for (const bin of [join(home, "versions", version, "bin"), join(home, "bin")]) {
        assert.deepEqual(readdirSync(bin), ["pulumi", "pulumi-language-nodejs"]);
        assert.ok(lstatSync(join(bin, "pulumi")).isFile(), "the CLI is no link");
      }
      assert.equal(readdirSync(join(home, "plugins")).length, 4);
    });
  }

  it("are refused when the checksum differs", async () => {
    checksums = `${"0".repeat(64)}  ${file}\n`;
    const { status, output } = await setUp();
    assert.equal(status, 1);
    assert.match(output, /does not match the vendor's sha256 checksum; it was removed/);
    assert.ok(!existsSync(join(home, "versions", version, "bin")));
    assert.ok(!existsSync(join(home, "bin")));
  });

  it("leave a CLI of another version where it is", async () => {
    checksums = `${sum("sha256")}  ${file}\n`;
    mkdirSync(join(home, "bin"));
    const other = "#!/bin/sh\necho v3.0.0\n";
    writeFileSync(join(home, "bin", "pulumi"), other, { mode: 0o755 });
    const { status, output } = await setUp();
    assert.equal(status, 0, output);
    assert.equal(readFileSync(join(home, "bin", "pulumi"), "utf8"), other);
  });
});
