// The lines that backups, drills and checks keep on the host (host/backup/record.sh).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { Folder, scripts } from "./machine.ts";

describe("a record of a backup", () => {
  let records: Folder;
  before(() => (records = new Folder()));
  after(() => {
    records.remove();
  });

  /** The line that a record of these values is. */
  function recorded(...values: string[]): Record<string, unknown> {
    execFileSync("sh", ["-euc", '. "$0"; record trials.jsonl "$@"', join(scripts, "backup", "record.sh"), ...values], {
      env: { ...process.env, RECORDS: records.path },
    });
    const [line = ""] = readFileSync(join(records.path, "trials.jsonl"), "utf8").trimEnd().split("\n").slice(-1);
    return JSON.parse(line) as Record<string, unknown>;
  }

  it("has its numbers as numbers, and its time in UTC", () => {
    const { when, ...values } = recorded("result=passed", "seconds:=3");
    assert.deepEqual(values, { result: "passed", seconds: 3 });
    assert.match(String(when), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it("has a snapshot's id as text, be it of digits alone", () => {
    for (const id of ["03751241", "12345678", "1234e567", ""]) assert.equal(recorded(`snapshot=${id}`)["snapshot"], id);
  });

  it("keeps quotes, equals signs and backslashes of a text, and its lines as one", () => {
    assert.equal(recorded('step=a "b" c=\\d:=\ne\tf')["step"], 'a "b" c=\\d:= e f');
  });
});
