/** The lines that backups, drills and checks keep on the host (host/backup/record.sh). */
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("a record of a backup", () => {
  let records: string;

  beforeEach(() => (records = mkdtempSync(join(tmpdir(), "records-"))));
  afterEach(() => rmSync(records, { recursive: true }));

  /** What the file holds after one record of these values. */
  function recorded(...values: string[]): unknown {
    execFileSync("sh", ["-euc", '. host/backup/record.sh; record trials.jsonl "$@"', "sh", ...values], {
      env: { ...process.env, RECORDS: records },
    });
    return JSON.parse(readFileSync(join(records, "trials.jsonl"), "utf8"));
  }

  it("has its numbers as numbers, and its time in UTC", () => {
    const { when, ...values } = recorded("result=passed", "seconds:=3") as { when: string };
    assert.deepEqual(values, { result: "passed", seconds: 3 });
    assert.match(when, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it("has a snapshot's id as text, be it of digits alone", () => {
    for (const id of ["03751241", "12345678", "1234e567", ""]) {
      rmSync(join(records, "trials.jsonl"), { force: true });
      assert.equal((recorded(`snapshot=${id}`) as { snapshot: string }).snapshot, id);
    }
  });

  it("keeps quotes, equals signs and backslashes of a text, and its lines as one", () => {
    assert.equal((recorded('step=a "b" c=\\d:=\ne\tf') as { step: string }).step, 'a "b" c=\\d:= e f');
  });
});
