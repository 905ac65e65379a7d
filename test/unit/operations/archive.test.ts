// Which moments there are to recover to, and from what.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { Archive, type ArchiveSnapshot, described } from "../../../operations/backup/archive.ts";

const moment = (seconds: number): Date => new Date(seconds * 1000);
const base = (id: string, era: string, at: number): ArchiveSnapshot => ({
  short_id: id,
  tags: ["base", `era-${era}`, `from-0000000100000000000000${id}`, `at-${String(at)}`],
});
const changes = (id: string, era: string, until: number): ArchiveSnapshot => ({
  short_id: id,
  tags: ["wal", `era-${era}`, `until-${String(until)}`],
});

describe("moments of an archive", () => {
  const archive = new Archive([
    { short_id: "other", tags: ["scheduled"] },
    { short_id: "cut off", tags: ["incoming"] },
    base("0B", "first", 2000),
    base("0A", "first", 1000),
    changes("first", "first", 3000),
    changes("second", "second", 9000),
    base("0C", "second", 5000),
  ]);

  it("reach from the oldest base backup of each row of changes to its end", () => {
    assert.deepEqual(archive.periods, [
      { from: moment(1000), until: moment(3000) },
      { from: moment(5000), until: moment(9000) },
    ]);
    assert.equal(
      described({ from: moment(1000), until: moment(3000) }),
      "1970-01-01T00:16:40Z to 1970-01-01T00:50:00Z",
    );
  });

  it("are recovered from the nearest base backup before, and the changes after it", () => {
    const from = (id: string, row: string) => ({
      base: id,
      changes: row,
      segment: `0000000100000000000000${id}`,
    });
    assert.deepEqual(archive.recovery(moment(1000)), from("0A", "first"));
    assert.deepEqual(archive.recovery(moment(1999.999)), from("0A", "first"));
    assert.deepEqual(archive.recovery(moment(3000)), from("0B", "first"));
    assert.deepEqual(archive.recovery(moment(5000.5)), from("0C", "second"));
  });

  it("are those of the newer snapshot, where two are there while changes are being stored", () => {
    const storing = new Archive([
      changes("newer", "first", 3000),
      base("0A", "first", 1000),
      changes("older", "first", 2000),
    ]);
    assert.deepEqual(storing.periods, [{ from: moment(1000), until: moment(3000) }]);
    assert.equal(storing.recovery(moment(1500))?.changes, "newer");
  });

  it("are none before, between and after", () => {
    for (const seconds of [999.9, 3000.1, 4999, 9000.001])
      assert.equal(archive.recovery(moment(seconds)), undefined, String(seconds));
  });

  it("are none while a base backup leads nowhere yet, or changes have none", () => {
    assert.deepEqual(new Archive([base("0A", "first", 1000)]).periods, []);
    assert.deepEqual(new Archive([changes("first", "first", 1000)]).periods, []);
    const early = new Archive([base("0A", "first", 1000), changes("first", "first", 999)]);
    assert.deepEqual(early.periods, []);
    assert.equal(early.recovery(moment(999)), undefined);
  });
});
