// The record of releases: written by the host's script, read and checked by the operator's command.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterEach, beforeEach, describe, it } from "mocha";

import { type Release, serving, verified } from "../../../operations/release-history.ts";
import { markersOf } from "../../../operations/release-marker.ts";
import { Folder, runScript } from "../../script/machine.ts";

describe("the record of releases", () => {
  let folder: Folder;
  let file: string;
  beforeEach(() => {
    folder = new Folder();
    file = join(folder.path, "site-dev", "releases.jsonl");
    // What Nginx serves is asked of the engine.
    folder.program("docker", "#!/bin/sh\necho 0123abcd\n");
  });
  afterEach(() => {
    folder.remove();
  });

  const environment = () => ({ SOCLE_STATE: folder.path, PATH: folder.searchPath });
  const record = (released: unknown, result = "succeeded", reason = ""): { number: number; hash: string } => {
    const ended = runScript("releases/record.sh", ["site-dev", result, reason], {
      input: JSON.stringify(released),
      environment: environment(),
    });
    assert.equal(ended.status, 0, ended.stderr.toString());
    return JSON.parse(ended.stdout.toString()) as { number: number; hash: string };
  };
  const written = (): string => readFileSync(file, "utf8");
  const read = (): Release[] => {
    const { releases, flaws } = verified(written());
    assert.deepEqual(flaws, []);
    return releases;
  };

  it("grows by a line a release, each with the hash of the one before", () => {
    const first = record({ image: "site:1" });
    const second = record({ image: "site:2", settings: { note: 'it\'s "two"\\n', n: 3 } });
    assert.deepEqual([first.number, second.number], [1, 2]);
    const [one, two] = read();
    assert.equal(one!.previous, "");
    assert.equal(two!.previous, first.hash);
    assert.deepEqual(two!.released, { image: "site:2", settings: { note: 'it\'s "two"\\n', n: 3 } });
    assert.equal(two!.nginx, "0123abcd");
    assert.match(two!.when, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it("does not grow by the same release again", () => {
    const first = record({ image: "site:1" });
    assert.deepEqual(record({ image: "site:1" }), first);
    assert.equal(read().length, 1);
  });

  it("holds failures, whatever their reason says, and grows by a repeated success after one", () => {
    record({ image: "site:1" });
    record({ image: "site:2" }, "failed", 'backend: "health"\n\\ never\tcame');
    record({ image: "site:1" });
    const releases = read();
    assert.deepEqual(
      releases.map(({ result }) => result),
      ["succeeded", "failed", "succeeded"],
    );
    assert.equal(releases[1]?.reason, 'backend: "health" \\ never came');
    assert.equal(serving({ releases, flaws: [] })?.number, 3);
  });

  it("says who deployed, as the stack's lock does, and the schema that the migrations left", () => {
    mkdirSync(join(folder.path, "site-dev"));
    const beside = (name: string, text: string): void => writeFileSync(join(folder.path, "site-dev", name), text);
    record({ image: "site:1" });
    beside("lock", 'id=1\nowner=Alice "A" (run 7)\nlink=https://ci.example.org/7\n');
    beside(
      "migrations.jsonl",
      '{"when":"2999-01-01T00:00:00Z","result":"done","before":"a.0001","after":"a.0002 b.0001"}\n',
    );
    record({ image: "site:2" });
    const release = read()[1];
    assert.equal(release?.who, 'Alice "A" (run 7)');
    assert.equal(release.link, "https://ci.example.org/7");
    assert.deepEqual(release.heads, { before: "a.0001", after: "a.0002 b.0001" });
  });

  it("says when its deployment began and when the traffic moved, if it did", () => {
    mkdirSync(join(folder.path, "site-dev"));
    const beside = (name: string, text: string): void => writeFileSync(join(folder.path, "site-dev", name), text);
    record({ image: "site:1", release: "aaa-111" });
    beside("lock", "id=1\nowner=Alice\nsince=1795534245\n");
    beside("served", "bbb-222 2026-11-24T15:31:00Z\n");
    record({ image: "site:2", release: "bbb-222" });
    record({ image: "site:3", release: "bbb-222" }, "failed", "it broke");
    const [first, second, third] = read();
    assert.deepEqual([first?.began, first?.served], ["", ""]);
    assert.deepEqual([second?.began, second?.served], ["2026-11-24T15:30:45Z", "2026-11-24T15:31:00Z"]);
    assert.deepEqual([third?.began, third?.served], ["2026-11-24T15:30:45Z", ""]);

    const marks = markersOf(second!).map(({ time, text, release }) => [time, text, release?.event]);
    assert.deepEqual(marks, [
      ["2026-11-24T15:30:45Z", "release 2 (site:2, bbb-222) began, by Alice", "began"],
      ["2026-11-24T15:31:00Z", "release 2 (site:2, bbb-222) serves", "serves"],
    ]);
    assert.match(markersOf(third!)[1]?.text ?? "", /^release 3 \(site:3, bbb-222\) failed: it broke$/);
    // A record of an older version, and a release that moved no traffic: what served before is not its own.
    assert.deepEqual(
      markersOf({ ...second!, began: "2026-11-24T16:00:00Z" }).map(({ time }) => time),
      ["2026-11-24T16:00:00Z", second!.when],
    );
  });

  it("shows when a line was changed, taken out, cut off or written anew", () => {
    record({ image: "site:1" });
    record({ image: "site:2" });
    const last = record({ image: "site:3" });
    const whole = written();
    const [one = "", two = "", three = ""] = whole.split("\n");
    const flaws = (text: string, anchor = last): string => verified(text, anchor).flaws.join("; ");
    assert.equal(flaws(whole), "");
    assert.match(flaws(whole.replace("site:2", "site:9")), /^line 2 \(release 2\) was changed$/);
    assert.match(flaws(`${one}\n${three}\n`), /^what stood before line 2 \(release 3\) was changed$/);
    assert.match(flaws(`${one}\n${two}\n`), /^release 3, as the stack's state knows it, is missing$/);
    assert.match(flaws(`${two}\n${three}\n`), /^what stood before line 1/);
    assert.match(flaws(`${one}\n${two.slice(0, 40)}\n${three}\n`), /^line 2 is not whole; what stood before line 3/);
    assert.match(flaws("", last), /release 3, as the stack's state knows it, is missing/);
    // A chain that was made anew as a whole is still not the one that the state knows.
    writeFileSync(file, "");
    record({ image: "site:1" });
    record({ image: "site:9" });
    record({ image: "site:3" });
    assert.match(flaws(written()), /release 3, as the stack's state knows it, is missing/);
  });

  it("is not rolled back by where a head in it is no migration's name", () => {
    mkdirSync(join(folder.path, "site-dev"));
    const migrated = { when: "2999-01-01T00:00:00Z", result: "applied", before: "shop.0001", after: "shop.$(id)" };
    writeFileSync(join(folder.path, "site-dev", "migrations.jsonl"), `${JSON.stringify(migrated)}\n`);
    record({ image: "site:1" });
    assert.deepEqual(verified(written()).flaws, ["line 1 (release 1) names a migration that is none"]);
  });

  it("goes on after a line that a power cut left unfinished, and says so", () => {
    record({ image: "site:1" });
    writeFileSync(file, `${written()}{"number":2,"resu`);
    record({ image: "site:2" });
    const { releases, flaws } = verified(written());
    assert.deepEqual(
      releases.map(({ released }) => released.image),
      ["site:1", "site:2"],
    );
    assert.match(flaws.join("; "), /line 2 is not whole/);
  });

  it("goes with the data of the stack, and leaves a lock that is held", () => {
    record({ image: "site:1" });
    writeFileSync(join(folder.path, "site-dev", "lock"), "id=1\n");
    const forget = () => runScript("releases/forget.sh", ["site-dev"], { environment: environment() });
    assert.equal(forget().status, 0);
    assert.throws(written, /ENOENT/);
    assert.equal(readFileSync(join(folder.path, "site-dev", "lock"), "utf8"), "id=1\n");
  });
});
