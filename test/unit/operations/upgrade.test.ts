// What keeps an upgrade of PostgreSQL from being begun, and when only its end is missing.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { type Findings, readFindings, refuse, wantsItsEnd } from "../../../operations/upgrade/findings.ts";

const volume = "socle-dev-postgres-16";
const good: Findings = {
  serving: { volume: "socle-dev-postgres", version: 15 },
  wanted: 16,
  size: 100_000_000,
  free: 200_000_000,
  databases: [],
  tablespaces: [],
  extensions: [],
  filled: false,
  begun: undefined,
};
const begun = { volume, former: "socle-dev-postgres", verified: true };
const check = (found: Partial<Findings>): void => {
  refuse({ ...good, ...found }, "dev", 16, "postgres:16", volume);
};

describe("an upgrade of PostgreSQL", () => {
  it("reads what the host says, also where no server runs", () => {
    const text =
      "wanted=16\nserving=socle-dev-postgres\nversion=15\nbytes=100000000\nfree=200000000\ndatabases=\n\nextensions=\n";
    assert.deepEqual(readFindings(text), good);
    const { serving, begun: cut } = readFindings(`wanted=16\nbegun=${volume}\nformer=socle-dev-postgres\n`);
    assert.deepEqual([serving, cut], [undefined, { ...begun, verified: false }]);
  });

  it("begins where nothing would be lost", () => {
    check({});
    check({ begun: { ...begun, verified: false } });
  });

  for (const [found, words] of [
    [{ wanted: 17 }, /postgres:16 is PostgreSQL 17, not 16; nothing was changed\.\s+→ Name another one: --image/],
    [{ serving: undefined }, /PostgreSQL does not run/],
    [{ serving: { volume, version: 16 } }, /Stack dev runs PostgreSQL 16 already/],
    [{ serving: { volume, version: 17 } }, /none goes back to 16/],
    [{ filled: true }, /docker volume rm socle-dev-postgres-16/],
    [{ databases: ["other"] }, /further databases, which would stay behind: other;/],
    [{ tablespaces: ["fast"] }, /tablespaces, which lie outside its volume: fast;/],
    [{ extensions: ["postgis"] }, /postgres:16 lacks extensions that the database has: postgis;/],
    [{ free: 199_000_000 }, /190 MB are free on the disk of the database, and 191 MB are needed/],
  ] as [Partial<Findings>, RegExp][])
    it(`is refused: ${words.source}`, () => {
      assert.throws(() => {
        check(found);
      }, words);
    });

  it("wants only its end where all was compared and the former server is out of use", () => {
    assert.ok(wantsItsEnd({ ...good, begun, serving: undefined }, volume));
    assert.ok(wantsItsEnd({ ...good, begun, serving: { volume, version: 16 } }, volume));
    assert.ok(!wantsItsEnd({ ...good, begun }, volume), "who serves may have written since");
    assert.ok(!wantsItsEnd({ ...good, begun: { ...begun, verified: false }, serving: undefined }, volume));
    assert.ok(!wantsItsEnd({ ...good, serving: { volume, version: 16 } }, volume));
  });
});
