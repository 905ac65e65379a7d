// Static files of several releases in one volume: what goes, and what never does.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import type { Arguments } from "../../connection/arguments.ts";
import { docker, Folder, runScript } from "./machine.ts";

const image = "nginx:1.26";

describe("static files of releases", function () {
  this.timeout(300_000);
  const name = `socle-static-${randomBytes(3).toString("hex")}`;
  const folder = new Folder();
  const environment = { SOCLE_STATE: folder.path };
  const made: string[] = [];
  const script = (file: string, given: Arguments, input = ""): string => {
    const { status, stdout, stderr } = runScript(file, given, { input, environment });
    assert.equal(status, 0, String(stderr));
    return String(stdout);
  };
  /** A release that collected these files and knows them, but for those that it adds by stealth. */
  const collected = (release: string, files: string[], unknown: string[] = []): void => {
    const mount = `--mount=type=volume,source=${name},target=/static`;
    const touch = 'cd /static; for file; do mkdir -p "$(dirname "$file")"; echo "$file" >"$file"; done';
    docker(
      "run",
      "--rm",
      "--user=101:101",
      mount,
      "--entrypoint=sh",
      image,
      "-euc",
      touch,
      "put",
      ...files,
      ...unknown,
    );
    const words = [
      `--network=${name}-inner`,
      "--entrypoint=sh",
      image,
      "-c",
      'for name; do echo "$name"; done',
      "print",
    ];
    script("static/names.sh", [name, release, `${name}-names`, name, ...words, ...files]);
  };
  const succeeded = (release: string, result = "succeeded"): void => {
    const released = { image: "site:1", digest: "sha256:0", release, settings: { note: '"release":"none"' } };
    script("releases/record.sh", [name, result, ""], JSON.stringify(released));
  };
  const prune = (release: string, keep = 2): string =>
    script("static/prune.sh", { stack: name, release, keep: String(keep), image, user: "101:101", volume: name });
  const files = (): string[] =>
    docker("run", "--rm", `--volume=${name}:/static`, "--entrypoint=sh", image, "-c", "cd /static; find . -type f")
      .split("\n")
      .map((file) => file.replace("./", ""))
      .sort();
  const hashed = (digit: string, file = "site", ending = ".css"): string => `css/${file}.${digit.repeat(12)}${ending}`;

  before(() => {
    for (const network of [name, `${name}-inner`]) docker("network", "create", network);
    docker("volume", "create", name);
    docker("run", "--rm", "--user=0:0", `--volume=${name}:/static`, "--entrypoint=chown", image, "101:101", "/static");
    mkdirSync(join(folder.path, name), { recursive: true });
  });
  after(() => {
    if (made.length > 0) docker("rm", "--force", "--volumes", ...made);
    docker("volume", "rm", name);
    for (const network of [name, `${name}-inner`]) docker("network", "rm", network);
    folder.remove();
  });

  it("of kept releases stay, and so does what no release ever named", () => {
    collected("r1", ["css/site.css", hashed("1")], ["CACHE/css/output.0123456789ab.css", "robots.txt"]);
    succeeded("r1");
    collected("r2", ["css/site.css", hashed("2")], [`${hashed("2")}.gz`]);
    assert.match(prune("r2"), /^0 static files removed/);
    assert.ok(files().includes(hashed("1")) && files().includes("robots.txt"));
  });

  it("go with the last release that names them, with their compressed forms and the states in between", () => {
    succeeded("r2");
    // Django writes a file anew for each pass, under the name of what it had in it then.
    collected(
      "r3",
      ["css/site.css", hashed("3"), "js/no-ending"],
      [`${hashed("1")}.br`, hashed("e"), hashed("f", "other")],
    );
    assert.match(prune("r3"), /^3 static files removed/);
    assert.deepEqual(
      files(),
      [
        "CACHE/css/output.0123456789ab.css",
        hashed("f", "other"),
        "css/site.css",
        hashed("2"),
        `${hashed("2")}.gz`,
        hashed("3"),
        "js/no-ending",
        "robots.txt",
      ].sort(),
    );
    assert.deepEqual(readdirSync(join(folder.path, name, "static")).sort(), ["r2", "r3"]);
  });

  it("of a release stay while a container of it runs, whatever is kept", () => {
    succeeded("r3");
    const labels = [`--label=socle.stack=${name}`, "--label=socle.release=r2"];
    made.push(docker("run", "--detach", ...labels, "--entrypoint=sleep", image, "600"));
    collected("r4", ["css/site.css", hashed("4")]);
    prune("r4");
    for (const digit of ["2", "3", "4"]) assert.ok(files().includes(hashed(digit)), digit);
    docker("rm", "--force", "--volumes", ...made.splice(0));
    succeeded("r4");
    prune("r4");
    assert.deepEqual(
      [hashed("2"), hashed("3"), hashed("4")].map((file) => files().includes(file)),
      [false, true, true],
    );
  });

  it("of a release that failed go, and it takes no place among those that are kept", () => {
    collected("r5", ["css/site.css", hashed("5")]);
    succeeded("r5", "failed");
    collected("r6", ["css/site.css", hashed("6")]);
    prune("r6");
    assert.deepEqual(
      [hashed("4"), hashed("5"), hashed("6")].map((file) => files().includes(file)),
      [true, false, true],
    );
  });

  it("all stay where a release that is kept said nothing of its own", () => {
    succeeded("r6");
    collected("r7", []);
    const before = files();
    assert.match(prune("r7"), /Release r7 did not say which static files it has; none was removed\./);
    assert.deepEqual(files(), before);
  });
});
