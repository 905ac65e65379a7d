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

  for (const [found, code, facts] of [
    [{ wanted: 17 }, "upgrade.other-image", { image: "postgres:16", found: 17, version: 16 }],
    [{ serving: undefined }, "upgrade.not-running", { stack: "dev" }],
    [{ serving: { volume, version: 16 } }, "upgrade.done-already", { stack: "dev", version: 16 }],
    [{ serving: { volume, version: 17 } }, "upgrade.backwards", { stack: "dev", serving: 17, version: 16 }],
    [{ filled: true }, "upgrade.volume-filled", { volume }],
    [{ databases: ["other"] }, "upgrade.further-databases", { databases: ["other"] }],
    [{ tablespaces: ["fast"] }, "upgrade.tablespaces", { tablespaces: ["fast"] }],
    [{ extensions: ["postgis"] }, "upgrade.missing-extensions", { image: "postgres:16", extensions: ["postgis"] }],
    [{ free: 199_000_000 }, "upgrade.disk-full", { free: 199_000_000, needed: 200_000_000 }],
  ] as [Partial<Findings>, string, object][])
    it(`is refused: ${code}`, () => {
      assert.throws(
        () => {
          check(found);
        },
        { code, facts },
      );
    });

  it("wants only its end where all was compared and the former server is out of use", () => {
    assert.ok(wantsItsEnd({ ...good, begun, serving: undefined }, volume));
    assert.ok(wantsItsEnd({ ...good, begun, serving: { volume, version: 16 } }, volume));
    assert.ok(!wantsItsEnd({ ...good, begun }, volume), "who serves may have written since");
    assert.ok(!wantsItsEnd({ ...good, begun: { ...begun, verified: false }, serving: undefined }, volume));
    assert.ok(!wantsItsEnd({ ...good, serving: { volume, version: 16 } }, volume));
  });
});
